"""What stands for numpy's arrays in signatures."""

from typing import Any, TypeAlias

Array: TypeAlias = Any
