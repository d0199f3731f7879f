"""How a program that measures is told what to do, and tells what it found.

Each measurement has a process of its own, so that none inherits the memory, the caches or the
garbage of another one.
"""

import asyncio
from dataclasses import asdict, is_dataclass
import json
import os
from pathlib import Path
import sys
from typing import Any

from scripts.demo_app.folder import ROOT
from scripts.demo_app.processes import running

from .errors import BenchmarkError


def arguments() -> dict[str, Any]:
    """Return what this program was told."""
    given: dict[str, Any] = json.loads(sys.argv[1])
    return given


def report(found: object) -> None:
    """Tell what this program found."""
    Path(arguments()["report"]).write_text(json.dumps(found, default=_plain), encoding="utf-8")


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value)} cannot be reported")


async def run(module: str, folder: Path, **told: Any) -> dict[str, Any]:
    """Run a module of this package as a program in a folder and return what it found.

    Raises BenchmarkError, with the end of its output, if it fails.
    """
    made(folder)
    report_file = folder / "report.json"
    output = folder / "output.log"
    async with running(
        module,
        command(module, {**told, "report": str(report_file)}),
        output=output,
        cwd=folder,
        environment=environment(folder),
    ) as program:
        code = await program.process.wait()
    if code != 0:
        tail = "\n".join(output.read_text(errors="replace").splitlines()[-30:])
        raise BenchmarkError(f"{module} failed with exit code {code}\n{tail}")
    text = await asyncio.to_thread(report_file.read_text, encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def made(folder: Path) -> Path:
    """Return a folder that is there."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def command(module: str, told: dict[str, Any]) -> list[str]:
    """Return the command that runs a module of this package."""
    name = f"{__package__}.{module}"
    return [sys.executable, "-P", "-m", name, json.dumps(told, default=_plain)]


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a program that may write to a folder only."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder)}
