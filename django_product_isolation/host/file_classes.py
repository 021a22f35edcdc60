"""Whether a field's rows say for themselves where their files are, by code of the shop's.

Django gives each file the storage of its field. A file class, or what sits on the model in a
field's place, may give it another one for each row, such as one for private pictures.
"""

import ast
import inspect
from collections.abc import Iterator
from textwrap import dedent

from django.db.models import FileField


def chooses_storage(field: FileField) -> bool:
    """Whether another storage may have a row's file than the field's own, as far as code tells."""
    return any(gives_storage(kind) for kind in own_classes(field))


def own_classes(field: FileField) -> Iterator[type]:
    """The classes that stand between a row and its file, but for Django's own."""
    for kind in (field.attr_class, field.descriptor_class):
        yield from (one for one in kind.__mro__[:-1] if not one.__module__.startswith("django."))


def gives_storage(kind: type) -> bool:
    """Whether a class says what the storage is, or sets it somewhere to another one."""
    return "storage" in vars(kind) or any(map(sets_storage, ast.walk(source_of(kind))))


def source_of(kind: type) -> ast.Module:
    """Its code; that of nothing where there is none to read."""
    try:
        return ast.parse(dedent(inspect.getsource(kind)))
    except (OSError, TypeError, SyntaxError):
        return ast.Module([], [])


def sets_storage(step: ast.AST) -> bool:
    """Whether a statement gives a file a storage, but for the one that its field has anyway."""
    if not isinstance(step, ast.Assign):
        return False
    named = (target.attr for target in step.targets if isinstance(target, ast.Attribute))
    return "storage" in named and not ast.unparse(step.value).endswith("field.storage")
