"""Setting up the contract: the config flow's forms, filled in as a person would."""

from typing import Any

from tests.sandbox import accounts

from .api import HomeAssistantApi
from .errors import DemoError
from .folder import Folder
from .meters import METERS
from .sandbox import Sandbox

_FLOW = "/api/config/config_entries/flow"
DOMAIN = "fluvius_esco"


async def ensure_contract(api: HomeAssistantApi, sandbox: Sandbox, folder: Folder) -> bool:
    """Set up the contract unless Home Assistant has it; return whether it is new."""
    entries = await api.get(f"/api/config/config_entries/entry?domain={DOMAIN}")
    if entries:
        return False
    result = await api.post(_FLOW, {"handler": DOMAIN, "show_advanced_options": False})
    answered: set[str] = set()
    while result["type"] in ("form", "menu"):
        step = result["step_id"]
        if result.get("errors"):
            raise DemoError(f"The form '{step}' is refused: {result['errors']}")
        if step in answered:
            raise DemoError(f"The form '{step}' comes back without an error")
        answered.add(step)
        answer = await _answer(result, api, sandbox, folder)
        result = await api.post(f"{_FLOW}/{result['flow_id']}", answer)
    if result["type"] != "create_entry":
        raise DemoError(f"The contract was not set up: {result.get('reason', result)}")
    return True


async def _answer(
    form: dict[str, Any], api: HomeAssistantApi, sandbox: Sandbox, folder: Folder
) -> dict[str, Any]:
    """Return what a person types into a form."""
    match form["step_id"]:
        case "user":
            return {
                "environment": "own",
                "tenant_id": accounts.TENANT_ID,
                "client_id": accounts.CLIENT_ID,
                "scope": accounts.SCOPE,
                "subscription_key": accounts.SUBSCRIPTION_KEY,
                "contract_number": accounts.CONTRACT_NUMBER,
            }
        case "addresses":
            return {
                "api_url": sandbox.api_url,
                "token_url": sandbox.token_url,
                "consent_url": sandbox.consent_url,
            }
        case "credentials":
            return {"next_step_id": "certificate"}
        case "certificate":
            return {
                field: await api.upload(path.name, path.read_bytes())
                for field, path in (
                    ("certificate", folder.certificate),
                    ("private_key", folder.private_key),
                )
            }
        case "found":
            return {}
        case "meters":
            return {"meters": _offered_meters(form), "energy_dashboard": True}
        case step:
            raise DemoError(f"The form '{step}' is not known here")


def _offered_meters(form: dict[str, Any]) -> list[str]:
    """Return the EANs of the meters' form: all ticked, and they are those of the demo."""
    field = next(field for field in form["data_schema"] if field["name"] == "meters")
    offered = [option["value"] for option in field["selector"]["select"]["options"]]
    ticked = field.get("default")
    wanted = {meter.ean for meter in METERS}
    if set(offered) != wanted or set(ticked or ()) != wanted:
        raise DemoError(f"Offered meters {offered}, ticked {ticked}; expected {sorted(wanted)}")
    return offered
