"""What mandates allow to be read."""

from datetime import UTC, date, datetime

from custom_components.fluvius_esco.api.models import (
    DataServiceType,
    EnergyType,
    Granularity,
    Mandate,
    MandateStatus,
)
from custom_components.fluvius_esco.metering.access import (
    FAR_FUTURE,
    Access,
    accesses,
    forbidden,
    is_readable,
    share_read,
    union,
    unread,
    without,
)
from custom_components.fluvius_esco.metering.calendar import DayKind, Period, day_of

DAY = (Granularity.DAY,)
QUARTER_HOUR = (Granularity.DAY, Granularity.QUARTER_HOUR)
HOUR = (Granularity.DAY, Granularity.HOUR)


def on(month: int) -> datetime:
    """Return the local midnight that a month of 2026 begins with."""
    return datetime.fromtimestamp(day_of(date(2026, month, 1), DayKind.ELECTRICITY).start, UTC)


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
    assert accesses([mandate()], WITHIN, DayKind.ELECTRICITY) == [Access(WITHIN, QUARTER_HOUR)]


def test_gas_is_read_by_the_hour() -> None:
    assert accesses([mandate(energy_type=EnergyType.GAS)], WITHIN, DayKind.ELECTRICITY) == [
        Access(WITHIN, HOUR)
    ]


def test_nothing_is_read_outside_the_data_period() -> None:
    held = [mandate(start=on(3), end=on(6))]
    assert accesses(held, WITHIN, DayKind.ELECTRICITY) == [
        Access(Period(on(3), on(6)), QUARTER_HOUR)
    ]


def test_levels_change_where_a_mandate_begins() -> None:
    held = [mandate(DataServiceType.DAY), mandate(start=on(5))]
    assert accesses(held, WITHIN, DayKind.ELECTRICITY) == [
        Access(Period(on(1), on(5)), DAY),
        Access(Period(on(5), on(12)), QUARTER_HOUR),
    ]


def test_adjoining_mandates_of_one_level_are_read_as_one() -> None:
    held = [mandate(end=on(5)), mandate(start=on(5))]
    assert accesses(held, WITHIN, DayKind.ELECTRICITY) == [Access(WITHIN, QUARTER_HOUR)]


def test_a_gap_between_mandates_stays_a_gap() -> None:
    held = [mandate(end=on(4)), mandate(start=on(6))]
    assert [part.period for part in accesses(held, WITHIN, DayKind.ELECTRICITY)] == [
        Period(on(1), on(4)),
        Period(on(6), on(12)),
    ]


def test_between_and_behind_mandates_nothing_may_be_held() -> None:
    held = [mandate(end=on(4)), mandate(start=on(2), end=on(3)), mandate(start=on(6), end=on(9))]
    assert forbidden(held) == [Period(on(4), on(6)), Period(on(9), FAR_FUTURE)]
    assert forbidden([*held, mandate(start=on(9))]) == [Period(on(4), on(6))]
    assert forbidden([mandate(end=on(5)), mandate(start=on(5))]) == []


def test_a_data_period_that_shrank_to_nothing_allows_nothing_behind_its_end() -> None:
    assert forbidden([mandate(start=on(5), end=on(5))]) == [Period(on(5), FAR_FUTURE)]


def test_mandates_that_are_not_readable_forbid_nothing() -> None:
    assert forbidden([mandate(end=on(5), status=MandateStatus.FINISHED)]) == []


def test_only_approved_mandates_of_a_reading_service_are_readable() -> None:
    for status in MandateStatus:
        assert is_readable(mandate(status=status)) is (status is MandateStatus.APPROVED)
    assert not is_readable(mandate(DataServiceType.INSTALLATION))
    assert accesses([mandate(DataServiceType.INSTALLATION)], WITHIN, DayKind.ELECTRICITY) == []


def test_a_cut_between_mandates_splits_no_gas_day() -> None:
    held = [
        mandate(DataServiceType.DAY, end=on(5), energy_type=EnergyType.GAS),
        mandate(start=on(5), energy_type=EnergyType.GAS),
    ]
    at_six = datetime.fromtimestamp(day_of(date(2026, 5, 1), DayKind.GAS).start, UTC)
    assert accesses(held, WITHIN, DayKind.GAS) == [
        Access(Period(on(1), at_six), DAY),
        Access(Period(at_six, on(12)), HOUR),
    ]


def test_a_part_shorter_than_the_rest_of_its_gas_day_joins_the_one_before() -> None:
    within = Period(on(1), on(5).replace(hour=23))
    held = [
        mandate(DataServiceType.DAY, end=on(5), energy_type=EnergyType.GAS),
        mandate(start=on(5), energy_type=EnergyType.GAS),
    ]
    assert accesses(held, within, DayKind.GAS) == [Access(within, DAY)]


def test_what_was_read_is_not_read_again() -> None:
    allowed = [Access(WITHIN, QUARTER_HOUR)]
    assert unread(allowed, []) == allowed
    assert unread(allowed, allowed) == []
    assert unread(allowed, [Access(Period(on(1), on(5)), QUARTER_HOUR)]) == [
        Access(Period(on(5), on(12)), QUARTER_HOUR)
    ]


def test_a_gap_that_a_new_mandate_fills_is_read() -> None:
    read = [Access(Period(on(1), on(4)), QUARTER_HOUR), Access(Period(on(6), on(12)), QUARTER_HOUR)]
    assert unread([Access(WITHIN, QUARTER_HOUR)], read) == [
        Access(Period(on(4), on(6)), QUARTER_HOUR)
    ]


def test_what_was_read_by_the_day_is_read_by_the_quarter_hour_once_allowed() -> None:
    read = [Access(WITHIN, DAY)]
    assert unread([Access(Period(on(3), on(12)), QUARTER_HOUR)], read) == [
        Access(Period(on(3), on(12)), QUARTER_HOUR)
    ]
    assert unread([Access(Period(on(3), on(12)), DAY)], [Access(WITHIN, QUARTER_HOUR)]) == []


def test_windows_that_were_read_one_by_one_are_one_access() -> None:
    read: list[Access] = []
    for month in range(1, 12):
        read = union([*read, Access(Period(on(month), on(month + 1)), QUARTER_HOUR)])
    assert read == [Access(WITHIN, QUARTER_HOUR)]


def test_what_was_refused_counts_as_unread() -> None:
    read = [Access(WITHIN, QUARTER_HOUR)]
    assert without(read, Period(on(3), on(4))) == [
        Access(Period(on(1), on(3)), QUARTER_HOUR),
        Access(Period(on(4), on(12)), QUARTER_HOUR),
    ]


def test_the_share_that_was_read_is_one_of_time() -> None:
    allowed = [Access(Period(on(7), on(9)), QUARTER_HOUR)]
    assert share_read(allowed, [Access(Period(on(1), on(8)), QUARTER_HOUR)]) == 50.0
    assert share_read(allowed, [Access(WITHIN, DAY)]) == 0.0
    assert share_read(allowed, [Access(WITHIN, QUARTER_HOUR)]) == 100.0
