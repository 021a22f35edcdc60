"""What became of the files that images show: one query for all images of a page."""

from django.db.models import Q

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.targets import Target


def runs_behind(target: Target, names: dict[str, str]) -> dict[str, IsolationRun]:
    """The run that says what became of each image's file. ``names`` are files by primary key.

    An open run goes before the one whose result is shown, that one before the newest that ended.
    """
    files = set(names.values()) - {""}
    ours = IsolationRun.objects.filter(object_pk__in=names, batch__model_label=target.label)
    about = Q(source_name__in=files) | Q(result_name__in=files, status=Status.APPLIED)
    found: dict[str, IsolationRun] = {}
    for run in sorted(ours.filter(about).order_by(), key=weight):
        if names[run.object_pk] == file_of(run):
            found[run.object_pk] = run
    return found


def file_of(run: IsolationRun) -> str:
    return run.result_name if run.status == Status.APPLIED else run.source_name


def weight(run: IsolationRun) -> tuple[object, ...]:
    return run.is_open, run.status == Status.APPLIED, run.status_since, run.pk
