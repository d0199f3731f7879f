"""The fictitious EANs of the sandbox (guide: Create Mock Mandate)."""

from collections.abc import Collection
from typing import Final

from .models import DataServiceType, Direction, EnergyType

MAX_MOCK_NUMBER: Final = 999

_ENERGY_TYPES: Final = {EnergyType.ELECTRICITY: 0, EnergyType.GAS: 1}
_DETAILS: Final = {DataServiceType.DAY: 0, DataServiceType.QUARTER_HOUR: 1}


def mock_ean(
    energy_type: EnergyType,
    directions: Collection[Direction],
    data_service_type: DataServiceType,
    number: int,
) -> str:
    """Return the EAN of a fictitious meter with these traits, one of a thousand.

    Raises ValueError for traits that the sandbox has no meter of: gas with injection, another level
    of detail than days or quarter-hours, a number beyond 999.
    """
    if energy_type not in _ENERGY_TYPES or data_service_type not in _DETAILS:
        raise ValueError("The sandbox has no fictitious meter of this kind")
    injects = Direction.INJECTION in directions
    if injects and energy_type is EnergyType.GAS:
        raise ValueError("A gas meter does not inject")
    if not 0 <= number <= MAX_MOCK_NUMBER:
        raise ValueError(f"The number of a fictitious meter is 0 to {MAX_MOCK_NUMBER}")
    traits = f"{_ENERGY_TYPES[energy_type]}{int(injects)}{_DETAILS[data_service_type]}"
    return f"54144{traits}0000000{number:03}"
