"""Which of several mandates counts for a meter, and why no new readings come."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.fluvius_esco.api.models import (
    DataServiceType,
    EnergyType,
    Mandate,
    MandateStatus,
    RenewalStatus,
)
from custom_components.fluvius_esco.metering.mandate_life import Silence, life_of

EAN = "541448800000000017"
NOW = datetime(2026, 11, 10, 9, 30, tzinfo=UTC)
APPROVED = Mandate(
    "REF-1",
    MandateStatus.APPROVED,
    DataServiceType.QUARTER_HOUR,
    ean=EAN,
    energy_type=EnergyType.ELECTRICITY,
    data_period_from=NOW - timedelta(days=100),
    expires=NOW + timedelta(days=900),
)
DAYS = replace(APPROVED, data_service_type=DataServiceType.DAY)
EXPIRED = replace(APPROVED, expires=NOW - timedelta(days=1), renewal_status=RenewalStatus.EXPIRED)


def ended(status: MandateStatus, reference: str = "REF-1") -> Mandate:
    """Return a mandate that gives no access, of which Fluvius names no EAN."""
    return Mandate(reference, status, DataServiceType.DAY)


def test_quarter_hours_count_rather_than_days() -> None:
    assert life_of([DAYS, APPROVED], EAN, (), NOW).mandate is APPROVED


def test_a_mandate_that_goes_on_counts_rather_than_one_that_has_expired() -> None:
    life = life_of([EXPIRED, DAYS], EAN, (), NOW)
    assert life.mandate is DAYS
    assert life.silence is None
    assert not life.is_to_be_renewed


def test_a_period_that_goes_on_counts_rather_than_one_that_has_ended() -> None:
    moved = replace(APPROVED, data_period_to=NOW - timedelta(days=9))
    assert life_of([moved], EAN, (), NOW).silence is Silence.PERIOD_ENDED
    assert life_of([moved, DAYS], EAN, (), NOW).silence is None


def test_an_expired_mandate_is_to_be_renewed() -> None:
    life = life_of([EXPIRED], EAN, (), NOW)
    assert life.silence is Silence.EXPIRED
    assert life.is_to_be_renewed


@pytest.mark.parametrize(
    ("statuses", "silence"),
    [
        ((), Silence.NO_MANDATE),
        ((MandateStatus.REJECTED,), Silence.REJECTED),
        ((MandateStatus.REJECTED, MandateStatus.FINISHED), Silence.FINISHED),
        ((MandateStatus.FINISHED, MandateStatus.REQUESTED), Silence.REQUESTED),
        ((MandateStatus.UNKNOWN,), Silence.NO_MANDATE),
    ],
)
def test_an_ended_mandate_is_found_by_its_reference(
    statuses: tuple[MandateStatus, ...], silence: Silence
) -> None:
    mandates = [ended(status) for status in statuses]
    assert life_of(mandates, EAN, {"REF-1"}, NOW).silence is silence
    assert life_of(mandates, EAN, {"REF-2"}, NOW).silence is Silence.NO_MANDATE
