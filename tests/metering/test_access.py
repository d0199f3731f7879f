"""What mandates allow to be read."""

from datetime import UTC, datetime

from custom_components.fluvius_esco.api.models import (
    DataServiceType,
    EnergyType,
    Granularity,
    Mandate,
    MandateStatus,
)
from custom_components.fluvius_esco.metering.access import Access, accesses, is_readable
from custom_components.fluvius_esco.metering.calendar import Period

DAY = (Granularity.DAY,)
QUARTER_HOUR = (Granularity.DAY, Granularity.QUARTER_HOUR)
HOUR = (Granularity.DAY, Granularity.HOUR)


def on(month: int) -> datetime:
    return datetime(2026, month, 1, tzinfo=UTC)


def mandate(
    service: DataServiceType = DataServiceType.QUARTER_HOUR,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    status: MandateStatus = MandateStatus.APPROVED,
    energy_type: EnergyType = EnergyType.ELECTRICITY,
) -> Mandate:
    return Mandate("REF-1", status, service, "541440110000000001", energy_type, start, end)


WITHIN = Period(on(1), on(12))


def test_an_open_mandate_gives_all_there_is() -> None:
    assert accesses([mandate()], WITHIN) == [Access(WITHIN, QUARTER_HOUR)]


def test_gas_is_read_by_the_hour() -> None:
    assert accesses([mandate(energy_type=EnergyType.GAS)], WITHIN) == [Access(WITHIN, HOUR)]


def test_nothing_is_read_outside_the_data_period() -> None:
    held = [mandate(start=on(3), end=on(6))]
    assert accesses(held, WITHIN) == [Access(Period(on(3), on(6)), QUARTER_HOUR)]


def test_levels_change_where_a_mandate_begins() -> None:
    held = [mandate(DataServiceType.DAY), mandate(start=on(5))]
    assert accesses(held, WITHIN) == [
        Access(Period(on(1), on(5)), DAY),
        Access(Period(on(5), on(12)), QUARTER_HOUR),
    ]


def test_adjoining_mandates_of_one_level_are_read_as_one() -> None:
    held = [mandate(end=on(5)), mandate(start=on(5))]
    assert accesses(held, WITHIN) == [Access(WITHIN, QUARTER_HOUR)]


def test_a_gap_between_mandates_stays_a_gap() -> None:
    held = [mandate(end=on(4)), mandate(start=on(6))]
    assert [part.period for part in accesses(held, WITHIN)] == [
        Period(on(1), on(4)),
        Period(on(6), on(12)),
    ]


def test_only_approved_mandates_of_a_reading_service_are_readable() -> None:
    for status in MandateStatus:
        assert is_readable(mandate(status=status)) is (status is MandateStatus.APPROVED)
    assert not is_readable(mandate(DataServiceType.INSTALLATION))
    assert accesses([mandate(DataServiceType.INSTALLATION)], WITHIN) == []
