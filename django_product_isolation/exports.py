"""What packages offer and import only when it is asked for.

A shop's server starts with all of the app. Decoding pictures and talking to Runflow take
libraries that are not small, and most of its processes never do either.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def when_asked(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """The ``__getattr__`` of a package that offers names of its modules.

    ``homes`` are the names, divided by blanks, by the module that has them. No module may be
    called like one of the names: Python would hand out the module.
    """
    module_of = {name: module for module, names in homes.items() for name in names.split()}

    def get(name: str) -> Any:
        if name not in module_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(module_of[name], package), name)

    return get
