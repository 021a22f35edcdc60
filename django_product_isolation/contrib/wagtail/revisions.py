"""Revisions of pages and snippets: drafts, scheduled ones and earlier ones name their own files.

Publishing one writes the whole row. So in the transaction of a swap each revision of the row that
names the earlier file names the new one. A draft with another upload of an editor's is left alone.
"""

from collections.abc import Iterator
from typing import Any

from django.db.models import Model
from modelcluster.fields import ParentalKey
from wagtail.models import Revision, RevisionMixin

from django_product_isolation.host import Target
from django_product_isolation.host.rows import dimension_names, written_rows
from django_product_isolation.models import IsolationRun
from django_product_isolation.signals import file_pruning, image_swapped


def connect() -> None:
    image_swapped.connect(follow, dispatch_uid="product_isolation_revisions")
    file_pruning.connect(keep, dispatch_uid="product_isolation_revisions")


def follow(sender: Any, run: IsolationRun, old: str, new: str, **_kwargs: Any) -> None:
    """Have the revisions that name the file ``old`` in the run's image name ``new``."""
    values: dict[str, Any] = {}
    for revision in revisions_naming(run, old):
        values = values or values_of(run.target, run.object_pk)
        for part in parts_naming(revision.content, run, old):
            part.update(values)
        written_rows(Revision).filter(pk=revision.pk).update(content=revision.content)


def keep(sender: Any, run: IsolationRun, name: str, **_kwargs: Any) -> bool:
    """Whether a revision still names the file: then it is not pruned."""
    return next(revisions_naming(run, name), None) is not None


def values_of(target: Target, pk: str) -> dict[str, Any]:
    """Name and dimensions of the row's picture as it is now."""
    columns = [field.name for field in target.field.model._meta.fields]
    names = [name for name in dimension_names(target.field) if name in columns]
    found = written_rows(target.field.model).filter(pk=pk).values(target.field.name, *names)
    return found.first() or {}


def revisions_naming(run: IsolationRun, name: str) -> Iterator[Any]:
    """The revisions in which the run's image shows the file ``name``."""
    owner = owner_of(run)
    if owner is None:
        return
    # Read one by one: a page's content may be large.
    found = written_rows(Revision).filter(
        base_content_type=owner.get_base_content_type(), object_id=str(owner.pk)
    )
    for revision in found.only("content").iterator(chunk_size=20):
        if next(parts_naming(revision.content, run, name), None) is not None:
            yield revision


def owner_of(run: IsolationRun) -> Any:
    """The row that has revisions: the image's own, or the one that it is an inline child of."""
    model = run.target.model
    if issubclass(model, RevisionMixin):
        return model(pk=run.object_pk)
    key = parental_key(model)
    if key is None or not issubclass(key.related_model, RevisionMixin):
        return None
    pk = written_rows(model).filter(pk=run.object_pk).values_list(key.attname, flat=True).first()
    return None if pk is None else key.related_model(pk=pk)


def parental_key(model: type[Model]) -> Any:
    return next((field for field in model._meta.fields if isinstance(field, ParentalKey)), None)


def parts_naming(content: dict[str, Any], run: IsolationRun, name: str) -> Iterator[dict[str, Any]]:
    """The parts of a revision that are the run's image, as far as they show the file ``name``."""
    target = run.target
    parts = [content]
    if not issubclass(target.model, RevisionMixin):
        children = content.get(parental_key(target.model).remote_field.related_name) or []
        parts = [child for child in children if str(child.get("pk")) == run.object_pk]
    yield from (part for part in parts if part.get(target.field.name) == name)
