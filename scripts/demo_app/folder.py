"""The demo's folder: where everything of one demo is kept, and what a later run has to know."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
import fcntl
import json
from pathlib import Path
import shutil

from .errors import DemoError

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class DemoState:
    """What a demo was begun with and a later run keeps: `data_period_from` is UTC."""

    data_period_from: datetime
    sandbox_port: int


@dataclass(frozen=True, slots=True)
class Folder:
    """The files of one demo."""

    path: Path

    @property
    def config(self) -> Path:
        """The configuration folder of Home Assistant."""
        return self.path / "config"

    @property
    def log(self) -> Path:
        """The log of Home Assistant's present run."""
        return self.config / "home-assistant.log"

    @property
    def temporary(self) -> Path:
        """The temporary folder of the programs that the demo starts."""
        return self.path / "tmp"

    @property
    def certificate(self) -> Path:
        """The client certificate."""
        return self.path / "certificate.pem"

    @property
    def private_key(self) -> Path:
        """The private key of the client certificate."""
        return self.path / "private-key.pem"

    @property
    def _state(self) -> Path:
        return self.path / "state.json"

    def read_state(self) -> DemoState | None:
        """Return what an earlier run kept."""
        if not self._state.exists():
            return None
        try:
            stored = json.loads(self._state.read_text())
            return DemoState(
                datetime.fromisoformat(stored["data_period_from"]), int(stored["sandbox_port"])
            )
        except (ValueError, KeyError, TypeError) as err:
            raise DemoError(f"{self._state} is damaged; begin anew with --fresh") from err

    def write_state(self, state: DemoState) -> None:
        """Keep what the demo is begun with."""
        stored = {
            "data_period_from": state.data_period_from.isoformat(),
            "sandbox_port": state.sandbox_port,
        }
        self._state.write_text(json.dumps(stored, indent=2) + "\n")

    def empty(self) -> None:
        """Throw the demo away; a folder that holds something else is left alone."""
        entries = [entry for entry in self.path.iterdir() if entry != self._lock]
        if entries and not self._state.exists():
            raise DemoError(f"{self.path} holds something else than a demo; nothing was deleted")
        for entry in entries:
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()

    @property
    def _lock(self) -> Path:
        return self.path / "demo.lock"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let one demo use the folder at a time."""
        with self._lock.open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise DemoError(
                    f"Another demo runs in {self.path}; stop it or choose another --directory"
                ) from None
            yield

    def emptied_pictures(self) -> Path:
        """Return the folder of the pictures, without those of an earlier run."""
        pictures = self.path / "pictures"
        pictures.mkdir(exist_ok=True)
        for picture in pictures.glob("*.png"):
            picture.unlink()
        return pictures

    def log_tail(self, lines: int = 30) -> str:
        """Return the end of Home Assistant's log."""
        if not self.log.exists():
            return "(Home Assistant has not written a log yet)"
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
