"""The customer journey in a real browser: a consent, one that is granted later, and a renewal."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from playwright.async_api import Page, expect

from . import forms
from .album import Album
from .api import HomeAssistantApi
from .check import check_energy_dashboard
from .consent_window import choose_connection, confirm, go_back
from .contract import DOMAIN
from .folder import Folder
from .leftovers import remove_meters
from .meters import GRANTED_METER, JOURNEY_METERS, METERS, OTHER_METER, OWN_METER, DemoMeter
from .page import home_assistant_page
from .patience import until
from .pictures import ELECTRICITY, EnergyPicture, Period, day_of, month_before, show_energy
from .processes import Program
from .progress import wait_for_import
from .report import Outcome, check_outcome
from .sandbox import Sandbox

_REFUSED_REFERENCE = "MijnFluvius-1"
# Long enough for a picture of what is shown meanwhile.
_SLOW_ANSWER = 5.0
# Within the three months before its end in which a mandate is to be renewed.
_TIME_LEFT = timedelta(days=50)
_FIRST_PICTURE = 31


@dataclass(frozen=True, slots=True)
class Stage:
    """What the journey is made with."""

    api: HomeAssistantApi
    sandbox: Sandbox
    program: Program
    folder: Folder

    async def wait_for_import(self, meter: DemoMeter) -> None:
        """Wait until the history of a new meter is imported."""
        programs = [self.program, self.sandbox.program]
        await wait_for_import(self.api, programs, self.folder, (meter,))

    async def wait_for_energy_dashboard(self, *added: DemoMeter) -> None:
        """Wait until Home Assistant says that the Energy dashboard holds what was added."""
        async with self.api.websocket() as websocket:

            async def is_there() -> bool:
                return not await check_energy_dashboard(websocket, (*METERS, *added))

            await until(is_there, f"The Energy dashboard does not show {added[-1].description}")


async def make_journey(stage: Stage, browser: Path, pictures: Path, newest: date) -> Outcome:
    """Go the whole way, compare all statistics, and leave the demo as it was.

    `newest` is the last local day of which every reading has arrived. Raises DemoError where
    something does not happen.
    """
    async with home_assistant_page(browser, stage.api.url) as page:
        journey = _Journey(stage, page, Album(pictures, _FIRST_PICTURE))
        day = day_of(datetime.now(UTC), newest)
        reference = await journey.give_consent()
        await journey.see_data(OWN_METER, "own-meter", day, OWN_METER)
        await journey.ask_another_grid_user()
        await journey.see_data(
            OTHER_METER, "other-meter", month_before(datetime.now(UTC)), OWN_METER, OTHER_METER
        )
        await journey.renew(reference)
    meters = (*METERS, *JOURNEY_METERS)
    totals = await stage.sandbox.totals(meters)
    outcome = await check_outcome(
        stage.api, stage.sandbox, stage.folder, totals, meters, is_new=True
    )
    await remove_meters(stage.api, JOURNEY_METERS)
    return outcome


@dataclass(frozen=True, slots=True)
class _Journey:
    """The steps of the journey, on one page of a browser."""

    stage: Stage
    page: Page
    album: Album

    async def give_consent(self) -> str:
        """Go from "Add meter" to consent and back to a new meter; return its reference number."""
        sandbox, page, album = self.stage.sandbox, self.page, self.album
        # So that there is something to choose from as well.
        await sandbox.approve(GRANTED_METER, datetime.now(UTC) - timedelta(days=60))
        await self._open_request()
        await album.take(page, "request")
        reference = await forms.reference_number(page)
        await forms.fill_in_reference_number(page, _REFUSED_REFERENCE)
        await forms.press(page, "Next")
        await page.get_by_text("Fluvius keeps numbers").wait_for()
        await album.take(page, "request-refused")
        await forms.fill_in_reference_number(page, reference)
        window = await forms.send_for_link(page)
        await album.take(page, "consent-waits")
        await choose_connection(window, OWN_METER.ean, album, "consent")
        await confirm(window, "Goedgekeurd", album, "consent")
        await sandbox.be_slow_with_mandates(_SLOW_ANSWER)
        await go_back(window)
        await page.get_by_text("Fluvius is asked for the mandate").wait_for()
        await album.take(page, "consent-progress")
        await sandbox.be_quick()
        await page.get_by_text(f"…{OWN_METER.last_digits}.").wait_for()
        await album.take(page, "consent-result")
        await forms.close(page, "Finish")
        return reference

    async def ask_another_grid_user(self) -> None:
        """Ask for a meter of which another is the grid user, who approves later."""
        page, album = self.page, self.album
        await self._open_request()
        reference = await forms.reference_number(page)
        await forms.choose(page, "Days")
        window = await forms.send_for_link(page)
        await choose_connection(window, OTHER_METER.ean, album, "other-grid-user")
        await confirm(window, "Aangevraagd", album, "other-grid-user")
        await go_back(window)
        await page.get_by_text("waits for the grid user").wait_for()
        await album.take(page, "other-grid-user-waits")
        await forms.close(page, "Close")
        await expect(page.get_by_text(OTHER_METER.last_digits)).to_have_count(0)
        await self.stage.sandbox.approve_as_grid_user(OTHER_METER, reference)
        await self._reload()
        await page.get_by_text(OTHER_METER.last_digits).first.wait_for()
        await album.take(page, "other-grid-user-followed")
        await page.locator("ha-sidebar").get_by_text("Notifications").click()
        await page.get_by_text(f"{reference} was granted").wait_for()
        await album.take(page, "other-grid-user-notification")

    async def renew(self, reference: str) -> None:
        """Renew the mandate of the customer's own meter by the repair that asks for it."""
        page, album = self.page, self.album
        await self.stage.sandbox.let_expire_soon(
            OWN_METER, reference, datetime.now(UTC) + _TIME_LEFT
        )
        await self._reload()
        await self._show_mandate("To be renewed")
        await album.take(page, "renewal-sensors")
        await page.goto(f"{self.stage.api.url}/config/repairs")
        issue = page.get_by_text(f"The mandate of Electricity …{OWN_METER.last_digits}")
        await issue.wait_for()
        await album.take(page, "renewal-repairs")
        await issue.click()
        await page.get_by_text("gives no new readings of this meter").wait_for()
        await album.take(page, "renewal-repair")
        await forms.press(page, "Next")
        await page.get_by_text(reference).wait_for()
        await album.take(page, "renewal-request")
        window = await forms.send_for_link(page)
        await album.take(page, "renewal-waits")
        await choose_connection(window, OWN_METER.ean, album, "renewal")
        await confirm(window, "Hernieuwd", album, "renewal")
        await go_back(window)
        await page.get_by_text("The mandate is renewed").wait_for()
        await album.take(page, "renewal-result")
        await forms.close(page, "Close")
        await expect(issue).to_have_count(0)
        await self._show_mandate("Not due yet")
        await album.take(page, "renewal-sensors-after")

    async def see_data(
        self, meter: DemoMeter, name: str, period: Period, *added: DemoMeter
    ) -> None:
        """See a new meter on the Energy dashboard, to which those that were added belong."""
        await self.stage.wait_for_import(meter)
        await self.stage.wait_for_energy_dashboard(*added)
        picture = EnergyPicture(name, "electricity", period, (ELECTRICITY,), 20)
        await show_energy(self.page, self.stage.api.url, picture)
        await self.page.locator(ELECTRICITY).get_by_text(meter.last_digits).first.wait_for()
        await self.album.take(self.page, name)

    async def _open_request(self) -> None:
        """Go from "Add meter" to the form that asks for access."""
        await forms.open_integration(self.page, self.stage.api.url)
        await self.page.get_by_role("button", name="Add meter").first.click()
        request = self.page.get_by_text("Ask for access to a meter")
        await request.wait_for()
        await self.album.take(self.page, "add-meter")
        await request.click()
        await self.page.get_by_text("This makes a link").wait_for()

    async def _reload(self) -> None:
        await forms.open_integration(self.page, self.stage.api.url)
        await forms.reload_contract(self.page)

    async def _show_mandate(self, renewal: str) -> None:
        """Show the device of the customer's own meter; `renewal` is what its sensor must say."""
        await self.page.goto(
            f"{self.stage.api.url}/config/devices/dashboard?historyBack=1&domain={DOMAIN}"
        )
        await self.page.get_by_text(OWN_METER.last_digits).first.click()
        await self.page.get_by_text(renewal).first.wait_for()
