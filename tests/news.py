"""What the event entities of meters tell, as tests read it."""

from dataclasses import dataclass, field
from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from custom_components.fluvius_esco.const import DOMAIN

OF_ENTITIES = {"device_class", "event_types", "friendly_name", "icon"}


@dataclass(frozen=True, slots=True)
class Told:
    """One event of a meter, and what it tells."""

    ean: str
    kind: str
    attributes: dict[str, Any]


@dataclass(slots=True)
class Newspaper:
    """All events of all meters, in order."""

    told: list[Told] = field(default_factory=list)

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        """Return what the events of a kind told."""
        return [one.attributes for one in self.told if one.kind == kind]

    @property
    def kinds(self) -> list[str]:
        """The kinds of the events, in order."""
        return [one.kind for one in self.told]

    def clear(self) -> None:
        """Begin anew."""
        self.told.clear()


def event_entity(hass: HomeAssistant, ean: str) -> str:
    """Return the id of the event entity of a meter."""
    entity_id = er.async_get(hass).async_get_entity_id("event", DOMAIN, f"{ean}_readings")
    assert entity_id
    return entity_id


def follow(hass: HomeAssistant) -> Newspaper:
    """Note from now on what event entities tell."""
    paper = Newspaper()

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        old, new = event.data["old_state"], event.data["new_state"]
        if new is None or new.domain != "event" or new.state in {"unknown", "unavailable"}:
            return
        # A restored event is none.
        if old is None or old.state in {"unavailable", new.state}:
            return
        attributes = {
            name: value for name, value in new.attributes.items() if name not in OF_ENTITIES
        }
        entry = er.async_get(hass).async_get(new.entity_id)
        assert entry
        ean = entry.unique_id.removesuffix("_readings")
        paper.told.append(Told(ean, attributes.pop("event_type"), attributes))

    hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    return paper
