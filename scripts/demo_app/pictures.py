"""Pictures of the Energy dashboard and of the integration, taken with a browser."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from playwright.async_api import Locator, Page

from .meters import BRUSSELS, METERS
from .page import home_assistant_page, take_picture
from .speech import ENGLISH, Speech

ELECTRICITY = "hui-energy-usage-graph-card"
GAS = "hui-energy-gas-graph-card"

# Whether a chart has at least so many bars with a height, all of them in a period and the first of
# them early: until a period is loaded, the chart shows the one before.
_HAS_BARS = """(chart, {bars, start, early, end}) => {
  const place = point => point?.value ?? point ?? [];
  const drawn = (chart.data ?? []).filter(series => series.type === "bar")
    .flatMap(series => series.data ?? []).map(place)
    .filter(([, amount]) => Number(amount ?? 0) !== 0).map(([instant]) => Number(instant));
  return new Set(drawn).size >= bars
    && Math.min(...drawn) < early
    && drawn.every(instant => start <= instant && instant < end);
}"""


@dataclass(frozen=True, slots=True)
class Period:
    """A period of the Energy dashboard: the picker's entry, and how often to go one back.

    The first bar must begin before `early`.
    """

    preset: str
    back: int
    start: datetime
    early: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class EnergyPicture:
    """A picture of the Energy dashboard; every chart must show at least `bars` bars.

    A meter of which only days are known towers above the others' hours; `without`, a part of its
    name, hides it.
    """

    name: str
    view: str
    period: Period
    charts: tuple[str, ...]
    bars: int
    without: str | None = None


def _energy_pictures(now: datetime, newest: date) -> tuple[EnergyPicture, ...]:
    """Return the pictures of the Energy dashboard; `newest` is the last day with all readings."""
    first = _first_of_month(now)
    day = day_of(now, newest)
    month = month_before(now)
    year = Period(
        "Last 12 months",
        0,
        (first - timedelta(days=320)).replace(day=1),
        first,
        (first + timedelta(days=32)).replace(day=1),
    )
    electricity, gas, both = (ELECTRICITY,), (GAS,), (ELECTRICITY, GAS)
    only_days = next(meter.last_digits for meter in METERS if meter.data_service_type == "VH_dag")
    return (
        EnergyPicture("01-summary-yesterday", "overview", day, both, 20),
        EnergyPicture("02-summary-last-month", "overview", month, both, 28),
        EnergyPicture("03-summary-year", "overview", year, both, 1),
        EnergyPicture("04-electricity-yesterday", "electricity", day, electricity, 20, only_days),
        EnergyPicture("05-electricity-last-month", "electricity", month, electricity, 28),
        EnergyPicture("06-gas-yesterday", "gas", day, gas, 20),
        EnergyPicture("07-gas-last-month", "gas", month, gas, 28),
    )


def month_before(now: datetime) -> Period:
    """Return the last complete month as the period of the Energy dashboard."""
    end = _first_of_month(now)
    start = _first_of_month(end - timedelta(days=1))
    return Period("This month", 1, start, start + timedelta(days=7), end)


def _first_of_month(now: datetime) -> datetime:
    local = now.astimezone(BRUSSELS)
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def day_of(now: datetime, day: date) -> Period:
    """Return a local day before today as the period of the Energy dashboard."""
    start = datetime.combine(day, time(), BRUSSELS)
    back = (now.astimezone(BRUSSELS).date() - day).days - 1
    return Period("Yesterday", back, start, start + timedelta(hours=12), start + timedelta(days=1))


async def take_pictures(url: str, browser: Path, folder: Path, newest: date) -> None:
    """Take all pictures; raises DemoError where a page or a chart does not show what it should.

    `newest` is the last local day of which every reading had arrived when they were imported.
    """
    async with home_assistant_page(browser, url) as page:
        for picture in _energy_pictures(datetime.now(BRUSSELS), newest):
            await show_energy(page, url, picture)
            await take_picture(page, folder, picture.name)
        for name, show in _OTHER_PICTURES:
            await show(page, url)
            await take_picture(page, folder, name)


async def show_energy(
    page: Page, url: str, picture: EnergyPicture, speech: Speech = ENGLISH
) -> None:
    """Open the Energy dashboard at a period, and wait until the charts show it."""
    await page.goto(f"{url}/energy/{picture.view}")
    await page.locator("hui-energy-period-selector ha-date-range-picker").click()
    await page.get_by_text(speech.frontend(picture.period.preset), exact=True).click()
    for _ in range(picture.period.back):
        previous = speech.frontend("Previous")
        await page.locator("hui-energy-period-selector").get_by_label(previous).click()
    for card in picture.charts:
        await _wait_for_bars(page, page.locator(f"{card} ha-chart-base"), picture)
        if picture.without:
            await page.locator(card).get_by_text(picture.without).click()


async def _wait_for_bars(page: Page, chart: Locator, picture: EnergyPicture) -> None:
    await chart.locator("canvas").first.wait_for()
    wanted = {
        "bars": picture.bars,
        "start": picture.period.start.timestamp() * 1000,
        "early": picture.period.early.timestamp() * 1000,
        "end": picture.period.end.timestamp() * 1000,
    }
    await page.wait_for_function(
        f"([chart, wanted]) => ({_HAS_BARS})(chart, wanted)",
        arg=[await chart.element_handle(), wanted],
    )


async def _show_integration(page: Page, url: str) -> None:
    await page.goto(f"{url}/config/integrations/integration/fluvius_esco")
    for meter in METERS:
        await page.get_by_text(meter.last_digits).first.wait_for()


async def _show_device(page: Page, url: str) -> None:
    await page.goto(f"{url}/config/devices/dashboard?historyBack=1&domain=fluvius_esco")
    await page.get_by_text(METERS[0].last_digits).first.click()
    await page.get_by_text("Import progress").first.wait_for()


async def _show_statistics(page: Page, url: str) -> None:
    await page.set_viewport_size({"width": 2200, "height": 1000})
    await page.goto(f"{url}/config/tools/statistics")
    await page.get_by_text(f"fluvius_esco:{METERS[0].ean}_offtake").first.wait_for()


_OTHER_PICTURES: tuple[tuple[str, Callable[[Page, str], Awaitable[None]]], ...] = (
    ("08-integration", _show_integration),
    ("09-device", _show_device),
    ("10-statistics", _show_statistics),
)
