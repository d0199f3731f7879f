"""The pages that the integration has a part in, opened as a person would, in any language."""

from dataclasses import dataclass
from datetime import UTC, datetime

from playwright.async_api import Locator, Page

from tests.sandbox import accounts

from .board_check import Recorder
from .contract import DOMAIN
from .household import Household
from .meters import METERS
from .page import settle
from .patience import until
from .pictures import ELECTRICITY, GAS, EnergyPicture, month_before, show_energy

# So that the forms of a contract can be gone through beside the demo's own; nobody looks it up.
_OTHER_CONTRACT = "3599900123"


@dataclass(frozen=True, slots=True)
class Visit:
    """A page of a browser at a household's Home Assistant."""

    page: Page
    home: Household

    def says(self, key: str) -> str:
        """Return a text of the integration as it is shown here."""
        return self.home.speech.says(key)

    async def goto(self, path: str) -> None:
        """Open a page."""
        await self.page.goto(self.home.api.url + path)

    async def wait_for(self, key: str) -> None:
        """Wait until a text of the integration is shown."""
        await self.page.get_by_text(self.says(key)).first.wait_for()

    @property
    def dialog(self) -> Locator:
        """The dialog with the integration's forms."""
        return self.page.locator("dialog-data-entry-flow")

    async def submit(self) -> None:
        """Send the form of the dialog."""
        await self.dialog.locator("ha-dialog-footer ha-button[slot=primaryAction]").click()

    async def choose(self, key: str) -> None:
        """Choose an entry of the dialog's menu."""
        await self.dialog.get_by_text(self.says(key)).first.click()

    async def device_id(self, identifier: str) -> str:
        """Return the id of the device that has an identifier beginning with this."""
        async with self.home.api.websocket() as websocket:
            devices = await websocket.command("config/device_registry/list")
        return next(
            str(device["id"])
            for device in devices
            for domain, name in device["identifiers"]
            if domain == DOMAIN and name.startswith(identifier)
        )


async def show_contract_form(visit: Visit) -> None:
    """Begin to set up another contract, and fill in its form."""
    await visit.goto(f"/config/integrations/dashboard/add?domain={DOMAIN}")
    await visit.page.locator("dialog-box").get_by_role("button").last.click()
    await visit.wait_for("config.step.user.title")
    for name, text in {
        "contract_number": _OTHER_CONTRACT,
        "tenant_id": accounts.TENANT_ID,
        "client_id": accounts.CLIENT_ID,
        "scope": accounts.SCOPE,
        "subscription_key": accounts.SUBSCRIPTION_KEY,
    }.items():
        await visit.dialog.locator(f"input[name={name}]").fill(text)


async def show_certificate(visit: Visit) -> None:
    """Go on from the form of the contract to what is found in the certificate."""
    own = visit.says("selector.environment.options.own")
    await visit.dialog.get_by_role("radio", name=own).click()
    await visit.submit()
    await visit.wait_for("config.step.addresses.description")
    sandbox = visit.home.sandbox
    await visit.dialog.locator("input[name=api_url]").fill(sandbox.api_url)
    await visit.dialog.locator("input[name=token_url]").fill(sandbox.token_url)
    await visit.dialog.locator("input[name=consent_url]").fill(sandbox.consent_url)
    await visit.submit()
    await visit.choose("config.step.credentials.menu_options.certificate")
    await visit.wait_for("config.step.certificate.description")
    uploads = visit.dialog.locator("ha-file-upload input[type=file]")
    folder = visit.home.folder
    for index, path in enumerate((folder.certificate, folder.private_key)):
        async with visit.page.expect_response(lambda answer: "/api/file_upload" in answer.url):
            await uploads.nth(index).set_input_files(path)
        await visit.dialog.get_by_text(path.name).first.wait_for()
    await settle(visit.page)
    await visit.submit()
    await visit.dialog.get_by_text("SHA-1").wait_for()


async def show_meters_form(visit: Visit) -> None:
    """Go on from what was found in the certificate to the choice of the meters."""
    await visit.submit()
    await visit.wait_for("config.step.meters.description")


async def show_request(visit: Visit) -> None:
    """Open the form that asks a customer for access: there is no other meter to choose."""
    await _show_integration(visit)
    add = visit.says("config_subentries.meter.initiate_flow.user")
    await visit.page.get_by_role("button", name=add).first.click()
    await visit.wait_for("config_subentries.meter.step.ask.description")


async def show_options(visit: Visit) -> None:
    """Open the options of the contract."""
    await _show_integration(visit)
    configure = visit.home.speech.frontend("Configure")
    await visit.page.locator("ha-config-entry-row").get_by_label(configure).first.click()
    await visit.wait_for("options.step.init.title")


async def show_meter(visit: Visit) -> None:
    """Open the page of a meter with quarter-hours, once all is known of it."""
    await until(lambda: _is_peak_known(visit), "The peak of the month is not known")
    await visit.goto(f"/config/devices/device/{await visit.device_id(METERS[0].ean)}")
    await visit.wait_for("entity.sensor.month_peak.name")
    await visit.wait_for("entity.sensor.import_progress.name")


async def show_contract(visit: Visit) -> None:
    """Open the page of the contract."""
    await visit.goto(f"/config/devices/device/{await visit.device_id('contract_')}")
    await visit.wait_for("entity.binary_sensor.api_reachable.name")


async def show_energy_dashboard(visit: Visit) -> None:
    """Open the Energy dashboard with all of the last month."""
    period = month_before(datetime.now(UTC))
    picture = EnergyPicture("energy", "overview", period, (ELECTRICITY, GAS), 28)
    await show_energy(visit.page, visit.home.api.url, picture, visit.home.speech)


async def show_repairs(visit: Visit) -> None:
    """Open the list of repairs, while a meter is offered there."""
    await visit.goto("/config/repairs")
    await visit.wait_for("issues.energy_offer.title")


async def show_offer(visit: Visit) -> None:
    """Open the offer to add a meter to the Energy dashboard."""
    await show_repairs(visit)
    await visit.page.get_by_text(visit.says("issues.energy_offer.title")).first.click()
    await visit.wait_for("issues.energy_offer.fix_flow.step.choose.description")


async def show_action(visit: Visit) -> None:
    """Open the page of the actions at the one that returns readings, and choose quarter-hours."""
    await visit.goto(f"/config/tools/action?service={DOMAIN}.get_readings")
    await visit.wait_for("services.get_readings.description")
    # The frontend draws the choices of a field before it has their words, and anew when one is made.
    await visit.page.locator("ha-service-control").get_by_role("radio").first.click()
    await visit.wait_for("selector.granularity.options.quarter_hour")


async def show_system_information(visit: Visit) -> None:
    """Open the system's information."""
    await visit.goto("/config/repairs?dialog=system-health")
    await visit.wait_for("system_health.info.own_api")


async def _is_peak_known(visit: Visit) -> bool:
    async with visit.home.api.websocket() as websocket:
        state = await Recorder(websocket, METERS[0]).state("month_peak")
    return state not in {"unavailable", "unknown"}


async def _show_integration(visit: Visit) -> None:
    await visit.goto(f"/config/integrations/integration/{DOMAIN}")
    await visit.page.get_by_text(METERS[0].last_digits).first.wait_for()
