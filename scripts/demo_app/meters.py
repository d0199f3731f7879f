"""The meters of the demo, by the EAN scheme of Fluvius' mock mandates, and since when they count."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")

_OLDEST_READING = timedelta(days=3 * 365 - 2)


@dataclass(frozen=True, slots=True)
class DemoMeter:
    """One meter and the level of detail that its mandate gives."""

    ean: str
    data_service_type: str
    description: str
    is_gas: bool = False

    @property
    def last_digits(self) -> str:
        """The end of the EAN, which is what names on the screen have at the least."""
        return self.ean[-5:]


METERS = (
    DemoMeter("541440110000000001", "VH_kwartier_uur", "electricity by the quarter-hour"),
    DemoMeter("541440000000000002", "VH_dag", "electricity by the day"),
    DemoMeter("541441010000000003", "VH_kwartier_uur", "gas by the hour", is_gas=True),
)

# Of the sandbox's portal: one of which the customer is the grid user, and one of which another is.
OWN_METER = DemoMeter("541440110000000101", "VH_kwartier_uur", "electricity of the home")
OTHER_METER = DemoMeter("541440100000000103", "VH_dag", "electricity of the garage")
JOURNEY_METERS = (OWN_METER, OTHER_METER)
# Of somebody who gave consent before; nobody follows it.
GRANTED_METER = DemoMeter("541441000000000204", "VH_dag", "gas of a neighbour", is_gas=True)
# Followed for a while without being on the Energy dashboard.
OFFERED_METER = DemoMeter("541441000000000205", "VH_dag", "gas of the garage", is_gas=True)


def history_start(months: int, now: datetime) -> datetime:
    """Return the local midnight, in UTC, at which `months` months of history begin.

    The first of a month, unless that is longer ago than the three years that Fluvius keeps.
    """
    today = now.astimezone(BRUSSELS).replace(hour=0, minute=0, second=0, microsecond=0)
    month = today.year * 12 + today.month - 1 - months
    start = today.replace(year=month // 12, month=month % 12 + 1, day=1)
    return max(start, today - _OLDEST_READING).astimezone(UTC)


def newest_complete_day(now: datetime) -> date:
    """Return the last local day of which the sandbox has every reading, gas included."""
    local = now.astimezone(BRUSSELS)
    return local.date() - timedelta(days=1 if local.hour >= 7 else 2)
