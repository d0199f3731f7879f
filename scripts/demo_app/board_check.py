"""Comparing what the board shows with the recorder's statistics, figure by figure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
import re
from typing import Any

from playwright.async_api import Locator, Page

from .api import WebSocket
from .contract import DOMAIN
from .errors import DemoError
from .meters import BRUSSELS, DemoMeter

CARD = "fluvius-esco"
_WEEK = timedelta(days=7)
_DAY = timedelta(days=1)
_MONTHS_SHOWN = 13
_SAME = 1e-6


@dataclass(frozen=True, slots=True)
class Recorder:
    """What the recorder has of one meter."""

    websocket: WebSocket
    meter: DemoMeter

    async def hours(self, measure: str, first: date, end: date) -> dict[int, float]:
        """Return the hours of days of readings, by their start in milliseconds."""
        hour = time(6 if self.meter.is_gas else 0)
        start, stop = (datetime.combine(day, hour, BRUSSELS) for day in (first, end))
        statistic = f"{DOMAIN}:{self.meter.ean}_{measure}"
        answer = await self.websocket.command(
            "recorder/statistics_during_period",
            start_time=start.isoformat(),
            end_time=stop.isoformat(),
            statistic_ids=[statistic],
            period="hour",
            types=["change"],
        )
        rows: list[dict[str, Any]] = answer.get(statistic, [])
        return {row["start"]: row["change"] for row in rows}

    async def sum(self, measure: str, first: date, end: date) -> float:
        """Return what the hours of days of readings add up to."""
        return sum((await self.hours(measure, first, end)).values())

    async def state(self, key: str) -> str:
        """Return the state of one of the meter's sensors."""
        registry = await self.websocket.command("config/entity_registry/list")
        unique_id = f"{self.meter.ean}_{key}"
        entity_id = next(one["entity_id"] for one in registry if one["unique_id"] == unique_id)
        states = await self.websocket.command("get_states")
        return next(str(state["state"]) for state in states if state["entity_id"] == entity_id)


async def check_board(page: Page, websocket: WebSocket, meter: DemoMeter, newest: date) -> None:
    """Compare all cards of a meter on the board, in English; raises DemoError for what differs.

    `newest` is the oldest day that the board may show as its newest.
    """
    recorder = Recorder(websocket, meter)
    day = await (_check_day if has_only_days(meter) else check_curve)(page, recorder)
    _expect(f"{meter.description}: a newest day", day >= newest, str(day))
    await _check_month(page, recorder, day)
    await _check_quality(page, meter, day)
    if not has_only_days(meter):
        await _check_week(page, recorder, day)
        if not meter.is_gas:
            await _check_peaks(page, recorder)


async def check_curve(page: Page, recorder: Recorder) -> date:
    """Compare the load curve with the hours of its day; return the day."""
    meter = recorder.meter
    card = await shown(page, "load-curve", meter)
    day = date.fromisoformat((await _attribute(card, "data-shown")).split()[1])
    for measure in _totals(meter):
        hours = await recorder.hours(measure, day, day + _DAY)
        await _compare(card, measure, sum(hours.values()))
        slices = await card.locator(f"g[data-measure={measure}] path[data-slices]").all()
        drawn = [int(await _attribute(path, "data-slices")) for path in slices]
        wanted = len(hours) * (1 if meter.is_gas else 4)
        _expect(f"{wanted} slices of {measure}", sum(drawn) == wanted, str(drawn))
    return day


async def _check_day(page: Page, recorder: Recorder) -> date:
    """Compare the amount of a day of which no curve is known; return the day."""
    card = await shown(page, "load-curve", recorder.meter)
    day = date.fromisoformat((await _attribute(card, "data-shown")).split()[1])
    await _compare(card, "offtake", await recorder.sum("offtake", day, day + _DAY))
    await card.locator(".message").wait_for()
    for hidden in ("week-heat-map", "month-peaks"):
        await page.locator(f"{CARD}-{hidden}").wait_for(state="hidden")
    return day


async def check_gaps(page: Page, recorder: Recorder, day: date) -> None:
    """Compare a day of which an hour and a half is missing and three hours are estimated."""
    meter = recorder.meter
    await page.locator(f'{CARD}-load-curve[data-shown="{meter.ean} {day}"]').wait_for()
    card = await shown(page, "load-curve", meter)
    for figure, wanted in (("missing", "6 quarter-hours"), ("estimated", "12 quarter-hours")):
        text = await card.locator(f"[data-figure={figure}]").inner_text()
        _expect(f"{wanted} {figure}", text == wanted, text)
    _expect("gaps", await card.locator(".gap").count() > 0, "none")
    week = await shown(page, "week-heat-map", meter)
    whole = await _attribute(week.locator(f'[data-date="{day}"] [data-whole]'), "data-whole")
    expected = await recorder.sum("offtake", day, day + _DAY)
    _expect(f"a whole day of {expected}", abs(float(whole) - expected) < _SAME, whole)
    calendar = page.locator(f'{CARD}-data-quality [data-date="{day}"][data-kind=incomplete]')
    await calendar.wait_for()


async def check_without_gaps(page: Page, recorder: Recorder, day: date) -> None:
    """Compare the same day once all of its readings are there again."""
    await page.locator(f'{CARD}-data-quality [data-date="{day}"][data-kind=complete]').wait_for()
    for figure in ("missing", "estimated"):
        curve = page.locator(f"{CARD}-load-curve [data-figure={figure}]")
        await curve.wait_for(state="detached")
    await check_curve(page, recorder)


async def check_keyboard(page: Page, meter: DemoMeter) -> None:
    """Page through the calendar and choose a day by the keyboard, which has to stay where it is."""
    card = await shown(page, "data-quality", meter)
    for name in ("Previous month", "Next month"):
        before = await _attribute(card, "data-shown")
        await card.get_by_role("button", name=name).focus()
        await page.keyboard.press("Enter")
        await page.locator(f'{CARD}-data-quality:not([data-shown="{before}"])').wait_for()
        await _expect_focus(card, f'button[aria-label="{name}"]')
    week = await shown(page, "week-heat-map", meter)
    day = await _attribute(week.locator("g.day").nth(2), "data-date")
    await week.locator(f'[data-date="{day}"]').focus()
    await page.keyboard.press("Enter")
    await page.locator(f'{CARD}-load-curve[data-shown="{meter.ean} {day}"]').wait_for()
    await _expect_focus(await shown(page, "week-heat-map", meter), f'[data-date="{day}"]')


async def _expect_focus(card: Locator, selector: str) -> None:
    focused = await card.locator(f"{selector}:focus").count()
    _expect(f"the focus at {selector}", focused == 1, "it elsewhere")


async def _check_week(page: Page, recorder: Recorder, day: date) -> None:
    meter = recorder.meter
    card = await shown(page, "week-heat-map", meter)
    measure = _totals(meter)[0]
    hours = await recorder.hours(measure, day + _DAY - _WEEK, day + _DAY)
    await _compare(card, measure, sum(hours.values()))
    cells = await card.locator("rect[data-amount]").count()
    _expect(f"{len(hours)} hours in the week", cells == len(hours), str(cells))


async def _check_month(page: Page, recorder: Recorder, day: date) -> None:
    meter = recorder.meter
    card = await shown(page, "day-night", meter)
    first = day.replace(day=1)
    for measure in _totals(meter):
        await _compare(card, measure, await recorder.sum(measure, first, day + _DAY))
    if not meter.is_gas:
        for part in ("day", "night"):
            measure = f"offtake_{part}"
            await _compare(card, measure, await recorder.sum(measure, first, day + _DAY))
    days = await card.locator("[data-period][data-missing=false]").count()
    _expect(f"{day.day} days in the month", days == day.day, str(days))


async def _check_quality(page: Page, meter: DemoMeter, day: date) -> None:
    card = await shown(page, "data-quality", meter)
    complete = await card.locator("[data-kind=complete]").count()
    _expect(f"{day.day} complete days", complete == day.day, str(complete))
    for row in ("data_until", "missing_days", "import_progress", "mandate_status"):
        await card.locator(f"[data-row={row}]").wait_for()


async def _check_peaks(page: Page, recorder: Recorder) -> None:
    card = await shown(page, "month-peaks", recorder.meter)
    months = await card.locator("[data-month]").count()
    _expect(f"{_MONTHS_SHOWN} months", months == _MONTHS_SHOWN, str(months))
    await _compare(card, "mean", float(await recorder.state("peak_mean")))
    await _compare(card, "present", float(await recorder.state("month_peak")))


def _totals(meter: DemoMeter) -> tuple[str, ...]:
    if meter.is_gas:
        return ("gas_energy",)
    return ("offtake",) if has_only_days(meter) else ("offtake", "injection")


async def shown(page: Page, name: str, meter: DemoMeter) -> Locator:
    """Return a card once it has drawn a meter."""
    card = page.locator(f'{CARD}-{name}[data-shown^="{meter.ean} "]')
    await card.wait_for()
    await card.locator(".body:not([busy])").wait_for()
    return card


async def _attribute(locator: Locator, name: str) -> str:
    value = await locator.get_attribute(name)
    if value is None:
        raise DemoError(f"The board has a {locator} without {name}")
    return value


async def _compare(card: Locator, figure: str, expected: float) -> None:
    """Compare a figure with what it should be, as far as its decimals show."""
    text = await card.locator(f'[data-figure="{figure}"]').first.inner_text()
    number = re.match(r"[\d,]+(?:\.(\d+))?", text)
    if number is None:
        raise DemoError(f"The board shows {text!r} as {figure} instead of {expected}")
    value = float(number[0].replace(",", ""))
    tolerance = 0.5 * 10.0 ** -len(number[1] or "") + 1e-6
    _expect(f"{figure} of {expected:.4f}", abs(value - expected) <= tolerance, text)


def _expect(wanted: str, is_right: bool, found: str) -> None:  # noqa: FBT001 - what was compared
    if not is_right:
        raise DemoError(f"The board should show {wanted}, and shows {found}")


def all_cards(meter: DemoMeter) -> Iterable[str]:
    """Return the names of the cards that have something to show of a meter; the others hide."""
    cards = ("load-curve", "day-night", "data-quality")
    if has_only_days(meter):
        return cards
    return (*cards, "week-heat-map") if meter.is_gas else (*cards, "week-heat-map", "month-peaks")


def has_only_days(meter: DemoMeter) -> bool:
    """Tell whether a meter's mandate gives days, and nothing within them."""
    return meter.data_service_type == "VH_dag"
