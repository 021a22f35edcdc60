"""The most memory that this process has taken."""

import resource
import sys
from pathlib import Path


def peak_memory() -> int:
    """In MB. ``ru_maxrss`` alone would count the process that started this one."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) // 1024
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // unit
