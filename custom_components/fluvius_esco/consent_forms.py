"""The forms that ask for access to meters, and from what was typed in to the request."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
import re
import secrets
from typing import Any, Final

from homeassistant.helpers.selector import (
    BooleanSelector,
    DateSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
import probatio

from .api.link_rules import LinkProblem, oldest_start
from .api.models import DataService, DataServiceType, Flow, Mandate, ShortUrlRequest
from .const import (
    CONF_DATA_PERIOD_FROM,
    CONF_DATA_PERIOD_TO,
    CONF_DATA_SERVICE_TYPE,
    CONF_ENTERPRISE_NUMBER,
    CONF_FLOW,
    CONF_NUMBER_OF_EANS,
    CONF_REFERENCE_NUMBER,
    CONF_SSO,
)
from .metering.calendar import BRUSSELS, DayKind, day_start

# Without what is easily mistaken for something else, as references are read out on the telephone.
_ALPHABET: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_REFERENCE_LENGTH: Final = 10

# As texts and options of forms and actions; those of Fluvius in lower case.
FLOWS: Final[Mapping[str, Flow]] = {flow.value.lower(): flow for flow in Flow}
DATA_SERVICE_TYPES: Final[Mapping[str, DataServiceType]] = {
    service.value.lower(): service
    for service in (
        DataServiceType.QUARTER_HOUR,
        DataServiceType.DAY,
        DataServiceType.UNDETERMINED,
    )
}

# The field of the form that a problem is about.
_FIELDS: Final = {
    LinkProblem.REFERENCE_EMPTY: CONF_REFERENCE_NUMBER,
    LinkProblem.REFERENCE_TOO_LONG: CONF_REFERENCE_NUMBER,
    LinkProblem.REFERENCE_CHARACTERS: CONF_REFERENCE_NUMBER,
    LinkProblem.REFERENCE_PREFIX: CONF_REFERENCE_NUMBER,
    LinkProblem.START_IN_FUTURE: CONF_DATA_PERIOD_FROM,
    LinkProblem.START_TOO_OLD: CONF_DATA_PERIOD_FROM,
    LinkProblem.END_BEFORE_START: CONF_DATA_PERIOD_TO,
    LinkProblem.NUMBER_OF_EANS: CONF_NUMBER_OF_EANS,
    LinkProblem.ENTERPRISE_NUMBER: CONF_ENTERPRISE_NUMBER,
    LinkProblem.ENTERPRISE_NUMBER_UNUSED: CONF_ENTERPRISE_NUMBER,
}

_FLOW: Final = SelectSelector(
    SelectSelectorConfig(
        options=list(FLOWS), translation_key=CONF_FLOW, mode=SelectSelectorMode.LIST
    )
)

ASK_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(CONF_REFERENCE_NUMBER): TextSelector(),
        probatio.Required(CONF_FLOW): _FLOW,
        probatio.Required(CONF_DATA_SERVICE_TYPE): SelectSelector(
            SelectSelectorConfig(
                options=list(DATA_SERVICE_TYPES),
                translation_key=CONF_DATA_SERVICE_TYPE,
                mode=SelectSelectorMode.LIST,
            )
        ),
        probatio.Optional(CONF_DATA_PERIOD_FROM): DateSelector(),
        probatio.Optional(CONF_DATA_PERIOD_TO): DateSelector(),
        # Without bounds, so that what is wrong is told in words of our own.
        probatio.Optional(CONF_NUMBER_OF_EANS): NumberSelector(
            NumberSelectorConfig(mode=NumberSelectorMode.BOX, step="any")
        ),
        probatio.Required(CONF_SSO, default=False): BooleanSelector(),
        probatio.Optional(CONF_ENTERPRISE_NUMBER): TextSelector(),
    }
)

RENEW_SCHEMA: Final = probatio.Schema({probatio.Required(CONF_FLOW): _FLOW})


def proposal(mandates: Iterable[Mandate], now: datetime) -> dict[str, Any]:
    """Return what the form holds at first: all of the past that Fluvius gives, without an end."""
    return {
        CONF_REFERENCE_NUMBER: new_reference({one.reference_number for one in mandates}),
        CONF_FLOW: Flow.PERSON.value.lower(),
        CONF_DATA_SERVICE_TYPE: DataServiceType.QUARTER_HOUR.value.lower(),
        CONF_DATA_PERIOD_FROM: oldest_day(now).isoformat(),
    }


def new_reference(used: Collection[str | None]) -> str:
    """Return a reference number that no mandate has yet."""
    while True:
        letters = (secrets.choice(_ALPHABET) for _ in range(_REFERENCE_LENGTH))
        if (reference := f"HA-{''.join(letters)}") not in used:
            return reference


def oldest_day(now: datetime) -> date:
    """Return the first Belgian day that a data period may begin with."""
    return oldest_start(now).astimezone(BRUSSELS).date() + timedelta(days=1)


def asked_access(user_input: Mapping[str, Any], contract_number: str) -> ShortUrlRequest:
    """Return the request that the form's input stands for; its rules are not checked yet."""
    start, end = (
        day_start(date.fromisoformat(user_input[field]), DayKind.ELECTRICITY)
        if user_input.get(field)
        else None
        for field in (CONF_DATA_PERIOD_FROM, CONF_DATA_PERIOD_TO)
    )
    service = DATA_SERVICE_TYPES[user_input[CONF_DATA_SERVICE_TYPE]]
    number = user_input.get(CONF_NUMBER_OF_EANS)
    return ShortUrlRequest(
        contract_number=contract_number,
        reference_number=user_input[CONF_REFERENCE_NUMBER].strip(),
        flow=FLOWS[user_input[CONF_FLOW]],
        data_services=(DataService(service, start, end),),
        # A part of a connection becomes a number that the rules refuse.
        number_of_eans=None if number is None else int(number) if number == int(number) else -1,
        sso=user_input[CONF_SSO] or None,
        enterprise_number=enterprise_number(user_input.get(CONF_ENTERPRISE_NUMBER)),
    )


def enterprise_number(text: str | None) -> str | None:
    """Return an enterprise number without the country and the dots that it is often written with."""
    return re.sub(r"^BE|[\s.]", "", (text or "").strip().upper()) or None


def renewed_access(
    mandates: Iterable[Mandate], flow: Flow, contract_number: str, now: datetime
) -> ShortUrlRequest:
    """Return the request that renews mandates of one reference number.

    It asks for what they give, as far back as a data period may begin. The number of EANs is left
    open, as a customer may have granted others under that reference.
    """
    mandates = list(mandates)
    oldest = day_start(oldest_day(now), DayKind.ELECTRICITY)
    services = {
        mandate.data_service_type: DataService(
            mandate.data_service_type,
            max(mandate.data_period_from or oldest, oldest),
            mandate.data_period_to,
        )
        for mandate in mandates
    }
    return ShortUrlRequest(
        contract_number=contract_number,
        reference_number=mandates[0].reference_number or "",
        flow=flow,
        data_services=tuple(services.values()),
    )


def errors_of(problems: Iterable[LinkProblem]) -> dict[str, str]:
    """Return the first problem of every field of the form."""
    errors: dict[str, str] = {}
    for problem in problems:
        errors.setdefault(_FIELDS.get(problem, "base"), problem.value)
    return errors
