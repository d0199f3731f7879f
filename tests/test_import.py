"""The whole path: from Fluvius over HTTP to rows in the recorder."""

from datetime import datetime

from homeassistant.core import HomeAssistant
import pytest

from .certificates import IssuedCertificate
from .helpers import (
    DAILY_EAN,
    GAS_EAN,
    QUARTER_HOUR_EAN,
    assert_consistent,
    contract_entry,
    days_ago,
    hourly_rows,
    is_loaded,
    set_up,
)
from .sandbox import Sandbox


@pytest.mark.parametrize("api_version", ["v3", "v2"])
async def test_every_series_equals_what_fluvius_says(
    hass: HomeAssistant,
    sandbox: Sandbox,
    certificate: IssuedCertificate,
    now: datetime,
    api_version: str,
) -> None:
    eans = [QUARTER_HOUR_EAN, DAILY_EAN, GAS_EAN]
    for ean in eans:
        sandbox.add_mandate(
            ean,
            data_period_from=days_ago(now, 60),
            data_service_type="VH_dag" if ean == DAILY_EAN else "VH_kwartier_uur",
        )
    entry = contract_entry(sandbox, certificate, eans, api_version)
    await set_up(hass, entry)
    assert is_loaded(entry)
    for ean in eans:
        series = sandbox.totals(ean)
        assert series
        for name, months in series.items():
            statistic_id = f"fluvius_esco:{ean}_{name}"
            rows = await hourly_rows(hass, statistic_id)
            assert rows, statistic_id
            assert abs(rows[-1]["sum"] - sum(months.values())) < 0.001, statistic_id
            await assert_consistent(hass, statistic_id)
