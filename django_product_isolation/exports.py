"""What packages offer and import only when it is asked for.

A shop's server starts with all of the app. Decoding pictures and talking to Runflow take
libraries that are not small, and most of its processes never do either. What such a package
offers stands in its ``__init__.pyi`` alone, where editors and checkers of types read it, too.
"""

import pkgutil
import re
from collections.abc import Callable
from importlib import import_module
from typing import Any

OFFER = re.compile(r"^from (\S+) import (\w+) as \2$", re.MULTILINE)


def when_asked(package: str) -> Callable[[str], Any]:
    """The ``__getattr__`` of a package that offers names of its modules.

    No module may be called like one of the names: Python would hand out the module.
    """
    stub = pkgutil.get_data(package, "__init__.pyi") or b""
    module_of = {name: module for module, name in OFFER.findall(stub.decode())}

    def get(name: str) -> Any:
        if name not in module_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(module_of[name], package), name)

    return get
