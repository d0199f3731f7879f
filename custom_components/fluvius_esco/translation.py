"""Words for names that are stored, in the language of the Home Assistant instance."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from .api.certificate import CertificatePolicy, CertificateProblem
from .api.models import EnergyType
from .const import DOMAIN
from .metering.measures import Measure


async def async_measure_names(hass: HomeAssistant) -> dict[Measure, str]:
    """Return how the measures are called."""
    options = await _async_selector_options(hass, "measure")
    return {measure: options.get(measure, measure) for measure in Measure}


async def async_energy_type_names(hass: HomeAssistant) -> dict[EnergyType, str]:
    """Return how the energy types are called."""
    options = await _async_selector_options(hass, "energy_type")
    return {kind: options.get(kind.name.lower(), kind.name.lower()) for kind in EnergyType}


async def async_policy_names(hass: HomeAssistant) -> dict[CertificatePolicy, str]:
    """Return how the policies of certificates are called."""
    options = await _async_selector_options(hass, "certificate_policy")
    return {policy: options.get(policy, policy) for policy in CertificatePolicy}


async def async_problem_texts(hass: HomeAssistant) -> dict[CertificateProblem, str]:
    """Return what is said about the problems of certificates."""
    texts = await _async_under(hass, "config", "error.")
    return {problem: texts.get(problem, problem) for problem in CertificateProblem}


async def async_texts(hass: HomeAssistant) -> dict[str, str]:
    """Return the texts of pages and notifications, by key."""
    return await _async_under(hass, "common", "")


async def _async_selector_options(hass: HomeAssistant, selector: str) -> dict[str, str]:
    return await _async_under(hass, "selector", f"{selector}.options.")


async def _async_under(hass: HomeAssistant, category: str, path: str) -> dict[str, str]:
    """Return the texts below a path of a category, by what is left of their keys."""
    prefix = f"component.{DOMAIN}.{category}.{path}"
    texts = await async_get_translations(hass, hass.config.language, category, {DOMAIN})
    return {key.removeprefix(prefix): text for key, text in texts.items() if key.startswith(prefix)}
