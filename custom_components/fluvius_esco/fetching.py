"""Asking Fluvius for the readings of a meter."""

import asyncio
from dataclasses import replace

from .api.client import FluviusClient
from .api.exceptions import FluviusMalformedAnswerError
from .api.models import EnergyRequest, EnergyType, Headpoint
from .meter import Meter


async def async_ask(
    client: FluviusClient, in_flight: asyncio.Semaphore, meter: Meter, request: EnergyRequest
) -> Headpoint:
    """Return an answer about a meter; `in_flight` limits the requests of its whole contract.

    Raises FluviusError as the client does, and for an answer about another kind of energy.
    """
    async with in_flight:
        headpoint = await client.energy(request)
    told, known = headpoint.energy_type, meter.energy_type
    if EnergyType.UNKNOWN not in {told, known} and told is not known:
        # An answer of V2 names no EAN, so that this may be all that tells it from a wrong one.
        raise FluviusMalformedAnswerError("The answer is about another kind of energy")
    return replace(headpoint, energy_type=known if told is EnergyType.UNKNOWN else told)
