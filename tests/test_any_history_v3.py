"""Whatever happens, the statistics show what Fluvius last said in API V3."""

from datetime import datetime
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from .household import World, live_through_random_histories
from .sandbox import Sandbox


@pytest.mark.timeout(0)
async def test_the_statistics_show_what_fluvius_last_said(
    hass: HomeAssistant,
    sandbox: Sandbox,
    now: datetime,
    freezer: Any,
    stateful_examples: int,
) -> None:
    world = World(hass, sandbox, freezer, "v3", now, hass.loop)
    await live_through_random_histories(world, stateful_examples)
