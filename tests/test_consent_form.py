"""The form that asks for access: every rule in its field, and what arrives at Fluvius."""

from collections.abc import Mapping
from datetime import UTC, datetime
import json
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from yarl import URL

from custom_components.fluvius_esco import consent_flow

from .certificates import IssuedCertificate
from .flows import MeterForm
from .helpers import contract_entry, imported, set_up
from .sandbox import Sandbox
from .sandbox.links import LinkRequest

TRANSLATIONS = Path(consent_flow.__file__).parent / "translations"
LANGUAGES = ("en", "nl", "fr", "de")


@pytest.fixture(params=["v3", "v2"])
async def form(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    request: pytest.FixtureRequest,
) -> MeterForm:
    """The form of a contract without mandates, for a version of the API."""
    hass.config.internal_url = "http://homeassistant.local:8123"
    entry: MockConfigEntry = contract_entry(sandbox, certificate, api_version=request.param)
    await set_up(hass, entry)
    form = MeterForm(hass, entry)
    await form.add()
    return form


async def closed(hass: HomeAssistant, form: MeterForm) -> None:
    """Close the form, so that nothing waits any more."""
    hass.config_entries.subentries.async_abort(form.result["flow_id"])
    await imported(hass)


def error_text(language: str, key: str) -> str:
    content = json.loads((TRANSLATIONS / f"{language}.json").read_text(encoding="utf-8"))
    return str(content["config_subentries"]["meter"]["error"][key])


def asked(sandbox: Sandbox, form: MeterForm) -> LinkRequest:
    """Return what a link asks for, as Fluvius got it."""
    link = sandbox.state.links.find(URL(form.link).query["id"])
    assert link is not None
    return link.request


@pytest.mark.parametrize(
    ("wrong", "field", "error"),
    [
        ({"reference_number": " "}, "reference_number", "reference_empty"),
        ({"reference_number": "x" * 36}, "reference_number", "reference_too_long"),
        ({"reference_number": "HUIS_1"}, "reference_number", "reference_characters"),
        ({"reference_number": "HUÏS"}, "reference_number", "reference_characters"),
        ({"reference_number": "MijnFluvius-1"}, "reference_number", "reference_prefix"),
        ({"reference_number": "MIJNFLUVIUS-1"}, "reference_number", "reference_prefix"),
        ({"data_period_from": "2026-11-11"}, "data_period_from", "start_in_future"),
        ({"data_period_from": "2023-11-09"}, "data_period_from", "start_too_old"),
        (
            {"data_period_from": "2026-11-02", "data_period_to": "2026-11-02"},
            "data_period_to",
            "end_before_start",
        ),
        ({"number_of_eans": -1}, "number_of_eans", "number_of_eans"),
        ({"number_of_eans": 1001}, "number_of_eans", "number_of_eans"),
        ({"number_of_eans": 2.5}, "number_of_eans", "number_of_eans"),
        (
            {"enterprise_number": "0999999921", "sso": True, "flow": "b2b"},
            "enterprise_number",
            "enterprise_number",
        ),
        ({"enterprise_number": "0999999922"}, "enterprise_number", "enterprise_number_unused"),
    ],
)
async def test_a_rule_is_told_in_its_field_before_anything_is_sent(
    form: MeterForm, sandbox: Sandbox, wrong: Mapping[str, Any], field: str, error: str
) -> None:
    await form.ask(**wrong)
    assert form.result["errors"] == {field: error}
    assert "shortUrl" not in sandbox.counts
    for language in LANGUAGES:
        assert error_text(language, error)
    schema = form.result["data_schema"]
    assert schema is not None
    kept = {key.schema: (key.description or {}).get("suggested_value") for key in schema.schema}
    assert {name: kept[name] for name in wrong} == wrong


async def test_what_is_proposed_is_all_that_fluvius_gives_without_an_end(
    hass: HomeAssistant, form: MeterForm, sandbox: Sandbox
) -> None:
    await form.ask()
    request = asked(sandbox, form)
    assert request.reference_number.startswith("HA-")
    assert request.flow == "B2C"
    (service,) = request.data_services
    assert service.level == "VH_kwartier_uur"
    assert service.data_period_from == datetime(2023, 11, 10, 23, tzinfo=UTC)
    assert service.data_period_to is None
    assert request.number_of_eans == 0
    assert not request.sso
    assert request.return_url_success != request.return_url_failed
    await closed(hass, form)


async def test_all_that_was_filled_in_arrives(
    hass: HomeAssistant, form: MeterForm, sandbox: Sandbox
) -> None:
    await form.ask(
        reference_number=" BEDRIJF-7 ",
        flow="b2b",
        data_service_type="vh_onbepaald",
        data_period_from="2026-07-01",
        data_period_to="2026-12-01",
        number_of_eans=1000,
        sso=True,
        enterprise_number="BE 0999.999.922",
    )
    request = asked(sandbox, form)
    assert request.reference_number == "BEDRIJF-7"
    assert request.flow == "B2B"
    (service,) = request.data_services
    assert service.level == "VH_onbepaald"
    assert service.data_period_from == datetime(2026, 6, 30, 22, tzinfo=UTC), "a summer midnight"
    assert service.data_period_to == datetime(2026, 11, 30, 23, tzinfo=UTC), "a winter midnight"
    assert request.number_of_eans == 1000
    assert request.sso
    assert request.enterprise_number == "0999999922"
    await closed(hass, form)


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, "link_refused"), (403, "no_permission"), (429, "rate_limited"), (503, "cannot_connect")],
)
async def test_a_failure_is_told_in_words_and_nothing_is_lost(
    hass: HomeAssistant, form: MeterForm, sandbox: Sandbox, status: int, error: str
) -> None:
    sandbox.add_fault("shortUrl", "status", status=status, times=20)
    await form.ask(reference_number="HUIS-1")
    assert form.result["errors"] == {"base": error}
    assert form.result["type"] is FlowResultType.FORM
    for language in LANGUAGES:
        assert error_text(language, error)
    sandbox.state.faults.clear()
    await form.ask()
    assert asked(sandbox, form).reference_number == "HUIS-1"
    await closed(hass, form)
