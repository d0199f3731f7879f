"""What Home Assistant's log must not hold: complaints of, or about, the integration."""

from pathlib import Path
import re

_ENTRY = re.compile(
    r"^\S+ \S+ (?P<level>[A-Z]+) \((?P<thread>.*?)\) \[(?P<logger>\S+)\] (?P<text>.*)"
)
_COMPLAINTS = ("WARNING", "ERROR", "CRITICAL")
# Home Assistant says of every custom integration that it is not its own.
_LOADER = "homeassistant.loader"


def complaints(log: Path) -> list[str]:
    """Return the log's warnings and errors about the integration or a blocked event loop."""
    found: list[str] = []
    level = text = logger = ""
    for line in [*log.read_text(errors="replace").splitlines(), ""]:
        entry = _ENTRY.match(line)
        if line and not entry:
            text += f"\n{line}"
            continue
        if level in _COMPLAINTS and _concerns_us(logger, text):
            found.append(f"{level} [{logger}] {text}")
        if entry:
            level, logger, text = entry["level"], entry["logger"], entry["text"]
    return found


def _concerns_us(logger: str, text: str) -> bool:
    if logger == _LOADER:
        return False
    subject = f"{logger} {text}"
    return "fluvius_esco" in subject or "blocking call" in subject or "event loop" in subject
