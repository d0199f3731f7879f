"""The EANs of the sandbox's fictitious meters."""

import pytest

from custom_components.fluvius_esco.api.mock_eans import mock_ean
from custom_components.fluvius_esco.api.models import DataServiceType, Direction, EnergyType

OFFTAKE = {Direction.OFFTAKE}
BOTH = {Direction.OFFTAKE, Direction.INJECTION}


@pytest.mark.parametrize(
    ("energy_type", "directions", "service", "ean"),
    [
        (EnergyType.ELECTRICITY, OFFTAKE, DataServiceType.DAY, "541440000000000"),
        (EnergyType.ELECTRICITY, OFFTAKE, DataServiceType.QUARTER_HOUR, "541440010000000"),
        (EnergyType.ELECTRICITY, BOTH, DataServiceType.DAY, "541440100000000"),
        (EnergyType.ELECTRICITY, BOTH, DataServiceType.QUARTER_HOUR, "541440110000000"),
        (EnergyType.GAS, OFFTAKE, DataServiceType.DAY, "541441000000000"),
        (EnergyType.GAS, OFFTAKE, DataServiceType.QUARTER_HOUR, "541441010000000"),
    ],
)
@pytest.mark.parametrize("number", [0, 7, 999])
def test_the_scheme_is_the_guide_s(
    energy_type: EnergyType,
    directions: set[Direction],
    service: DataServiceType,
    ean: str,
    number: int,
) -> None:
    assert mock_ean(energy_type, directions, service, number) == f"{ean}{number:03}"


@pytest.mark.parametrize(
    ("energy_type", "directions", "service", "number"),
    [
        (EnergyType.GAS, BOTH, DataServiceType.DAY, 0),
        (EnergyType.UNKNOWN, OFFTAKE, DataServiceType.DAY, 0),
        (EnergyType.ELECTRICITY, OFFTAKE, DataServiceType.UNDETERMINED, 0),
        (EnergyType.ELECTRICITY, OFFTAKE, DataServiceType.DAY, -1),
        (EnergyType.ELECTRICITY, OFFTAKE, DataServiceType.DAY, 1000),
    ],
)
def test_there_is_no_meter_of_other_kinds(
    energy_type: EnergyType, directions: set[Direction], service: DataServiceType, number: int
) -> None:
    with pytest.raises(ValueError, match=r"meter"):
        mock_ean(energy_type, directions, service, number)
