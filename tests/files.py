"""Where the files of the repository are, and what is in those that hold JSON."""

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
INTEGRATION = ROOT / "custom_components" / "fluvius_esco"


def read_json(path: Path) -> dict[str, Any]:
    """Return a JSON object, of which no key may occur twice."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len({key for key, _ in pairs}) == len(pairs), f"a key occurs twice in {path.name}"
        return dict(pairs)

    value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=unique)
    return value
