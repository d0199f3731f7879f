"""The guide's scheme of fictitious EANs: `54144` T R G `0000000` xxx.

T 0 electricity, 1 gas; R 0 offtake, 1 offtake and injection; G 0 daily, 1 quarter-hour or hour.
"""

import re
from typing import Literal

EnergyType = Literal["E", "G"]

_EAN = re.compile(r"\d{18}")
_MOCK = re.compile(r"54144(?P<type>[01])(?P<direction>[01])(?P<detail>[01])0{7}\d{3}")
_IMPOSSIBLE = ("1", "1")


def is_ean(text: str) -> bool:
    """Tell whether a text is an EAN: 18 digits."""
    return _EAN.fullmatch(text) is not None


def mock_detail(ean: str) -> str | None:
    """Return the data service that a fictitious EAN is for; None when the scheme refuses it."""
    match = _MOCK.fullmatch(ean)
    if match is None or match.group("type", "direction") == _IMPOSSIBLE:
        return None
    return "VH_kwartier_uur" if match["detail"] == "1" else "VH_dag"


def energy_type_of(ean: str) -> EnergyType:
    """Return what flows through a meter; an EAN outside the scheme counts as electricity."""
    match = _MOCK.fullmatch(ean)
    return "G" if match is not None and match["type"] == "1" else "E"


def has_injection(ean: str) -> bool:
    """Tell whether a meter injects; outside the scheme, those with an odd last digit do."""
    match = _MOCK.fullmatch(ean)
    if match is None:
        return int(ean[-1]) % 2 == 1
    return match["direction"] == "1"
