"""What the test and the workers it starts have in common: a folder with a few small files.

Knows no Django, so that the workers' settings can read it.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VARIABLE = "KILLS_STAGE"


@dataclass(frozen=True)
class Stage:
    """The folder. Runs that have died once are in ``died``, those about to in ``waiting``."""

    folder: Path

    @classmethod
    def of_this_process(cls) -> "Stage":
        return cls(Path(os.environ[VARIABLE]))

    def make(self, **settings: Any) -> None:
        """Make the folder, with the settings that the workers get."""
        for name in ("died", "waiting"):
            (self.folder / name).mkdir(parents=True)
        (self.folder / "settings.json").write_text(json.dumps(settings, default=str))
        self.plan("", "")

    @property
    def settings(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "settings.json").read_text()))

    def plan(self, point: str, way: str, *, always: bool = False) -> None:
        """Let every run die once at ``point`` in this ``way``, or ``always``."""
        draft = self.folder / "plan.draft"
        draft.write_text(json.dumps([point, way, always]))
        draft.replace(self.folder / "plan.json")

    @property
    def planned(self) -> tuple[str, str, bool]:
        point, way, always = json.loads((self.folder / "plan.json").read_text())
        return point, way, always

    def may_die(self, run: str, owner: str, *, always: bool) -> bool:
        """Write a death down, under the lease it ends; False when the run has died before."""
        note = self.folder / "died" / run
        if note.exists() and not always:
            return False
        with note.open("a") as lines:
            lines.write(owner + "\n")
        return True

    def deaths(self, run: object) -> list[str]:
        """The leases under which a run has died."""
        note = self.folder / "died" / str(run)
        return note.read_text().split() if note.exists() else []

    def arrive(self, run: str) -> None:
        """Say that a worker waits at the point to be killed."""
        (self.folder / "waiting" / run).touch()

    def arrived(self) -> list[Path]:
        return list((self.folder / "waiting").iterdir())

    def let_go(self) -> None:
        """Let workers that were told to stop, but not killed, go on from the point."""
        (self.folder / "go").touch()

    @property
    def goes_on(self) -> bool:
        return (self.folder / "go").exists()

    def clear(self) -> None:
        """After a death: nobody waits any more."""
        for path in [*self.arrived(), self.folder / "go"]:
            path.unlink(missing_ok=True)
