"""Actions about the readings of a meter: show them as Fluvius has them, and read them again."""

import asyncio
from typing import Any, Final

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_register_admin_service
import probatio

from .action_fields import asked, day_or_instant, one_of
from .api.models import Granularity
from .const import CONF_EAN, DOMAIN
from .meter_fields import DEVICE_ID, END, START, AskedMeter, asked_period, meter_of
from .metering.calendar import Period
from .reading_table import async_reading_table
from .reading_view import as_csv, as_rows

GET_READINGS: Final = "get_readings"
REFRESH: Final = "refresh"

_GRANULARITY: Final = "granularity"
_FORMAT: Final = "format"
_CSV: Final = "csv"
_JSON: Final = "json"

_GRANULARITIES: Final = {one.value: one for one in Granularity}
_FORMATS: Final = {one: one for one in (_JSON, _CSV)}

# Half a year of quarter-hours, and a year of them; a clock change may add an hour. Longer data would
# stop all of Home Assistant while it is encoded, which a text is not.
_MOST_ROWS: Final = {_JSON: 185 * 96 + 4, _CSV: 366 * 96 + 4}

_GET_READINGS_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(DEVICE_ID): str,
        probatio.Required(START): day_or_instant,
        probatio.Required(END): day_or_instant,
        probatio.Required(_GRANULARITY): one_of(_GRANULARITIES),
        probatio.Optional(_FORMAT, default=_JSON): one_of(_FORMATS),
    }
)
_REFRESH_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(DEVICE_ID): probatio.All(cv.ensure_list, [str], probatio.Length(min=1)),
        probatio.Inclusive(START, "period"): day_or_instant,
        probatio.Inclusive(END, "period"): day_or_instant,
    }
)


@callback
def async_register_reading_actions(hass: HomeAssistant) -> None:
    """Register the actions that are about meters.

    Readings are for whoever sees the meter, as on the dashboard of them; having them read again is
    not, as requests count.
    """
    hass.services.async_register(
        DOMAIN,
        GET_READINGS,
        _async_get_readings,
        _GET_READINGS_SCHEMA,
        supports_response=SupportsResponse.ONLY,
    )
    async_register_admin_service(
        hass,
        DOMAIN,
        REFRESH,
        _async_refresh,
        _REFRESH_SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
    )


async def _async_get_readings(call: ServiceCall) -> ServiceResponse:
    """Return what Fluvius has of a meter, every slot of a period."""
    meter = meter_of(call.hass, call.data[DEVICE_ID])
    period = asked_period(meter, call.data[START], call.data[END])
    granularity: Granularity = call.data[_GRANULARITY]
    most = _MOST_ROWS[call.data[_FORMAT]]
    found = await asked(async_reading_table(call.hass, meter, period, granularity, most))
    ean = meter.coordinator.ean
    if call.data[_FORMAT] == _CSV:
        return {_CSV: await call.hass.async_add_executor_job(as_csv, found, ean)}
    title = meter.coordinator.subentry.title
    return await call.hass.async_add_executor_job(as_rows, found, ean, title, granularity)


async def _async_refresh(call: ServiceCall) -> ServiceResponse:
    """Read what is new of meters, or a period of them anew; return the hours written of each.

    One that fails keeps none of the others from being read; its failure is raised at the end.
    """
    meters = [meter_of(call.hass, device_id) for device_id in dict.fromkeys(call.data[DEVICE_ID])]
    periods = [_period(call, meter) for meter in meters]
    results = await asyncio.gather(
        *map(_async_read_again, meters, periods, strict=True), return_exceptions=True
    )
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return {"meters": [result for result in results if isinstance(result, dict)]}


def _period(call: ServiceCall, meter: AskedMeter) -> Period | None:
    if START not in call.data:
        return None
    return asked_period(meter, call.data[START], call.data[END])


async def _async_read_again(meter: AskedMeter, period: Period | None) -> dict[str, Any]:
    hours = await meter.coordinator.async_read_again(period)
    return {
        "meter": meter.coordinator.subentry.title,
        CONF_EAN: meter.coordinator.ean,
        "hours_written": hours,
    }
