"""The actions that a provider's automations call, as they are called, against the local Fluvius."""

from collections.abc import Mapping
from datetime import UTC, datetime
import json
from pathlib import Path
from types import MappingProxyType
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util.yaml import parse_yaml
import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from yarl import URL

from custom_components.fluvius_esco import actions, energy_actions
from custom_components.fluvius_esco.const import DOMAIN

from .certificates import IssuedCertificate
from .helpers import contract_entry, days_ago, set_up
from .sandbox import Sandbox
from .sandbox.customer import Customer

INTEGRATION = Path(actions.__file__).parent
LANGUAGES = ("en", "nl", "fr", "de")
ELECTRICITY = "541440110000000101"


@pytest.fixture(params=["v3", "v2"])
async def entry(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    request: pytest.FixtureRequest,
) -> MockConfigEntry:
    """A contract, set up for a version of the API."""
    entry = contract_entry(sandbox, certificate, api_version=request.param)
    await set_up(hass, entry)
    return entry


async def call(hass: HomeAssistant, action: str, **data: Any) -> dict[str, Any]:
    """Call an action and return its response."""
    response = await hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=True
    )
    assert isinstance(response, dict)
    return response


def link_data(**others: Any) -> dict[str, Any]:
    """Return the data of a consent link; fields that are None are left out."""
    data = {
        "reference_number": "KLANT-1",
        "flow": "b2c",
        "data_services": [{"data_service_type": "vh_kwartier_uur"}],
    } | others
    return {name: value for name, value in data.items() if value is not None}


def texts(language: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(
        (INTEGRATION / "translations" / f"{language}.json").read_text(encoding="utf-8")
    )
    return content


async def test_a_link_asks_for_all_that_was_given(
    hass: HomeAssistant, entry: MockConfigEntry, sandbox: Sandbox
) -> None:
    made = await call(
        hass,
        "create_consent_link",
        config_entry_id=entry.entry_id,
        reference_number="KLANT-42",
        flow="B2B",
        data_services=[
            {
                "data_service_type": "VH_dag",
                "data_period_from": "2026-07-01",
                "data_period_to": "2026-12-01",
            },
            {"data_service_type": "vh_kwartier_uur", "data_period_from": "2026-11-01T12:00:00Z"},
        ],
        number_of_eans=3,
        return_url_success="https://provider.example/done?x=1",
        return_url_failed="https://provider.example/back",
        sso=True,
        enterprise_number="BE 0999.999.922",
    )
    link = sandbox.state.links.find(made["identifier"])
    assert link is not None
    asked = link.request
    assert asked.reference_number == made["reference_number"] == "KLANT-42"
    assert asked.flow == "B2B"
    day, quarters = asked.data_services
    assert (day.level, quarters.level) == ("VH_dag", "VH_kwartier_uur")
    assert day.data_period_from == datetime(2026, 6, 30, 22, tzinfo=UTC), "a summer midnight"
    assert day.data_period_to == datetime(2026, 11, 30, 23, tzinfo=UTC), "a winter midnight"
    assert quarters.data_period_from == datetime(2026, 11, 1, 12, tzinfo=UTC)
    assert quarters.data_period_to is None
    assert asked.number_of_eans == 3
    assert asked.return_url_success == "https://provider.example/done?x=1"
    assert asked.return_url_failed == "https://provider.example/back"
    assert asked.sso
    assert asked.enterprise_number == "0999999922"
    assert URL(made["url"]).query == {"id": made["identifier"]}
    assert datetime.fromisoformat(made["valid_to"]) == datetime(2026, 11, 11, 9, 30, tzinfo=UTC)


async def test_a_customer_goes_through_the_link(
    hass: HomeAssistant, entry: MockConfigEntry, customer: Customer
) -> None:
    made = await call(hass, "create_consent_link", **link_data(reference_number=None))
    await customer.share(made["url"], "Netgebruiker", ELECTRICITY)
    assert customer.status == 200
    found = await call(hass, "get_mandates", reference_number=made["reference_number"])
    (mandate,) = found["mandates"]
    assert mandate["ean"] == ELECTRICITY
    assert mandate["status"] == "approved"
    assert mandate["energy_type"] == "electricity"
    assert mandate["data_service_type"] == "vh_kwartier_uur"
    assert mandate["renewal_status"] is None


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ({"reference_number": "x" * 36}, "link_reference_too_long"),
        ({"reference_number": "KLANT 1"}, "link_reference_characters"),
        ({"reference_number": "mijnfluvius-1"}, "link_reference_prefix"),
        ({"data_services": []}, "link_data_services"),
        ({"data_services": [{"data_service_type": "vh_dag"}] * 4}, "link_data_services"),
        ({"number_of_eans": 1001}, "link_number_of_eans"),
        ({"number_of_eans": -1}, "link_number_of_eans"),
        ({"return_url_success": "provider.example"}, "link_return_url"),
        ({"return_url_failed": "ftp://provider.example"}, "link_return_url"),
        ({"enterprise_number": "0999999921", "sso": True, "flow": "b2b"}, "link_enterprise_number"),
        ({"enterprise_number": "0999999922"}, "link_enterprise_number_unused"),
        (
            {"data_services": [{"data_service_type": "vh_dag", "data_period_from": "2026-11-11"}]},
            "link_start_in_future",
        ),
        (
            {"data_services": [{"data_service_type": "vh_dag", "data_period_from": "2023-11-09"}]},
            "link_start_too_old",
        ),
        (
            {
                "data_services": [
                    {
                        "data_service_type": "vh_dag",
                        "data_period_from": "2026-11-02",
                        "data_period_to": "2026-11-02",
                    }
                ]
            },
            "link_end_before_start",
        ),
    ],
)
async def test_what_fluvius_would_refuse_is_told_before_anything_is_sent(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    wrong: Mapping[str, Any],
    key: str,
) -> None:
    await set_up(hass, contract_entry(sandbox, certificate))
    with pytest.raises(ServiceValidationError) as refused:
        await call(hass, "create_consent_link", **link_data(**wrong))
    assert refused.value.translation_key == key
    assert "shortUrl" not in sandbox.counts
    for language in LANGUAGES:
        assert texts(language)["exceptions"][key]["message"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"flow": "B2X"},
        {"data_services": [{"data_service_type": "IG"}]},
        {"data_services": [{"data_service_type": "vh_dag", "data_period_from": "yesterday"}]},
    ],
)
async def test_words_that_fluvius_does_not_know_are_refused(
    hass: HomeAssistant, entry: MockConfigEntry, wrong: Mapping[str, Any]
) -> None:
    with pytest.raises(probatio.Invalid):
        await call(hass, "create_consent_link", **link_data(**wrong))


async def test_a_refusal_of_fluvius_and_a_failure_are_told_apart(
    hass: HomeAssistant, entry: MockConfigEntry, sandbox: Sandbox
) -> None:
    sandbox.add_fault("shortUrl", "status", status=400, times=1)
    with pytest.raises(ServiceValidationError) as refused:
        await call(hass, "create_consent_link", **link_data())
    assert refused.value.translation_key == "refused"
    sandbox.add_fault("shortUrl", "status", status=503, times=9)
    with pytest.raises(HomeAssistantError) as failed:
        await call(hass, "create_consent_link", **link_data())
    assert not isinstance(failed.value, ServiceValidationError)
    assert failed.value.translation_key == "cannot_connect"


async def test_mandates_are_filtered_as_fluvius_does(
    hass: HomeAssistant, entry: MockConfigEntry, sandbox: Sandbox, now: datetime
) -> None:
    since = days_ago(now, 9)
    sandbox.add_mandate("541440110000000001", data_period_from=since, reference_number="KLANT-1")
    sandbox.add_mandate(
        "541441000000000002",
        data_period_from=since,
        reference_number="KLANT-2",
        data_service_type="VH_dag",
        renewalStatus="ToBeRenewed",
    )
    sandbox.add_mandate(
        "541440110000000003", data_period_from=since, reference_number="KLANT-3", status="Finished"
    )
    for wanted, references in (
        ({}, {"KLANT-1", "KLANT-2", "KLANT-3"}),
        ({"reference_number": "KLANT-2"}, {"KLANT-2"}),
        ({"ean": "541440110000000001"}, {"KLANT-1"}),
        ({"energy_type": "gas"}, {"KLANT-2"}),
        ({"status": "finished"}, {"KLANT-3"}),
        ({"data_service_types": ["vh_dag"]}, {"KLANT-2"}),
        ({"renewal_status": "to_be_renewed"}, {"KLANT-2"}),
        ({"reference_number": "KLANT-9"}, set()),
    ):
        found = await call(hass, "get_mandates", **wanted)
        assert {one["reference_number"] for one in found["mandates"]} == references, wanted


async def test_the_last_update_filters_in_v3_and_is_explained_in_v2(
    hass: HomeAssistant, entry: MockConfigEntry, sandbox: Sandbox, now: datetime
) -> None:
    sandbox.add_mandate("541440110000000001", data_period_from=days_ago(now, 9))
    if entry.data["api_version"] == "v3":
        found = await call(hass, "get_mandates", last_updated_from="2026-11-10")
        assert len(found["mandates"]) == 1
        found = await call(hass, "get_mandates", last_updated_to="2026-11-10")
        assert not found["mandates"]
    else:
        with pytest.raises(ServiceValidationError) as refused:
            await call(hass, "get_mandates", last_updated_from="2026-11-10")
        assert refused.value.translation_key == "filter_needs_v3"


@pytest.mark.parametrize(
    ("traits", "ean"),
    [
        (("electricity", False, "vh_dag", 0), "541440000000000000"),
        (("electricity", False, "vh_kwartier_uur", 7), "541440010000000007"),
        (("electricity", True, "vh_dag", 42), "541440100000000042"),
        (("electricity", True, "vh_kwartier_uur", 999), "541440110000000999"),
        (("gas", False, "vh_dag", 1), "541441000000000001"),
        (("gas", False, "vh_kwartier_uur", 2), "541441010000000002"),
    ],
)
async def test_fictitious_mandates_follow_the_guide_s_scheme(
    hass: HomeAssistant, entry: MockConfigEntry, traits: tuple[str, bool, str, int], ean: str
) -> None:
    energy_type, injection, service, number = traits
    made = await call(
        hass,
        "create_mock_mandate",
        energy_type=energy_type,
        injection=injection,
        data_service_type=service,
        number=number,
        data_period_from="2026-11-01",
        renewal_status="to_be_renewed",
    )
    assert made["ean"] == ean
    found = await call(hass, "get_mandates", ean=ean)
    (mandate,) = found["mandates"]
    assert mandate["reference_number"] == made["reference_number"]
    assert mandate["renewal_status"] == "to_be_renewed"
    assert mandate["data_period_from"] == "2026-10-31T23:00:00+00:00"


async def test_fictitious_mandates_that_cannot_be_are_refused(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    gas = {
        "energy_type": "gas",
        "data_service_type": "vh_dag",
        "data_period_from": "2026-11-01",
    }
    with pytest.raises(ServiceValidationError) as refused:
        await call(hass, "create_mock_mandate", **gas, injection=True)
    assert refused.value.translation_key == "no_such_mock_meter"
    with pytest.raises(probatio.Invalid):
        await call(hass, "create_mock_mandate", **gas, number=1000)
    # Without loading it anew, which would look for the live environment.
    object.__setattr__(entry, "data", MappingProxyType({**entry.data, "environment": "live"}))
    with pytest.raises(ServiceValidationError) as refused:
        await call(hass, "create_mock_mandate", **gas)
    assert refused.value.translation_key == "sandbox_only"


async def test_a_contract_that_does_not_work_is_named(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    await hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(ServiceValidationError):
        await call(hass, "get_mandates", config_entry_id=entry.entry_id)
    with pytest.raises(ServiceValidationError):
        await call(hass, "get_mandates", config_entry_id="unknown")


def test_every_action_and_field_is_described_in_every_language() -> None:
    described: Any = parse_yaml((INTEGRATION / "services.yaml").read_text(encoding="utf-8"))
    schemas = {
        "create_consent_link": actions._CREATE_CONSENT_LINK_SCHEMA,
        "get_mandates": actions._GET_MANDATES_SCHEMA,
        "create_mock_mandate": actions._CREATE_MOCK_MANDATE_SCHEMA,
        "add_to_energy_dashboard": energy_actions._ADD_SCHEMA,
        "remove_from_energy_dashboard": energy_actions._REMOVE_SCHEMA,
    }
    assert described.keys() == schemas.keys()
    for name, schema in schemas.items():
        fields = described[name]["fields"]
        assert fields.keys() == {key.schema for key in schema.schema}, name
        for language in LANGUAGES:
            words = texts(language)["services"][name]
            assert words["fields"].keys() == fields.keys(), (language, name)
