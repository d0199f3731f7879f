"""What a certificate amounts to for an environment, and how that is shown."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .api.certificate import CertificateError, CertificateProblem, ClientCertificate
from .api.certificate_rules import AUTHORITY_PROBLEMS, broken_rules
from .const import Environment
from .translation import async_policy_names, async_problem_texts

_EVERYWHERE: Final = frozenset({CertificateProblem.EXPIRED, CertificateProblem.NOT_YET_VALID})
_WALLS: Final = {
    Environment.LIVE: _EVERYWHERE | AUTHORITY_PROBLEMS,
    Environment.SANDBOX: _EVERYWHERE,
    Environment.OWN: _EVERYWHERE,
}
_TIME: Final = "%Y-%m-%d %H:%M"


@dataclass(frozen=True, slots=True)
class CertificateReport:
    """A certificate that may be used, and what there is to know before."""

    certificate: ClientCertificate
    warnings: tuple[CertificateProblem, ...]


def report_on(
    certificate: ClientCertificate,
    environment: Environment,
    tolerated: Collection[CertificateProblem] = (),
) -> CertificateReport:
    """Return what there is to know of a certificate for an environment.

    Fluvius' rules for authorities are walls in the live environment only. Raises CertificateError
    for the gravest rule that is broken, unless it is a `tolerated` one.
    """
    problems = broken_rules(certificate, dt_util.utcnow())
    for problem in problems:
        if problem in _WALLS[environment] and problem not in tolerated:
            raise CertificateError(problem)
    return CertificateReport(certificate, tuple(problems))


def days_left(certificate: ClientCertificate, now: datetime) -> int:
    """Return the whole days until a certificate's end; negative once that is past."""
    return (certificate.not_after - now) // timedelta(days=1)


async def async_placeholders(hass: HomeAssistant, report: CertificateReport) -> dict[str, str]:
    """Return what the form about a certificate names, in the language of the instance."""
    certificate = report.certificate
    texts = await async_problem_texts(hass)
    policies = await async_policy_names(hass)
    return {
        "subject": _literal(certificate.subject),
        "issuer": _literal(certificate.issuer),
        "policy": policies[certificate.policy],
        "valid_from": dt_util.as_local(certificate.not_before).strftime(_TIME),
        "valid_until": dt_util.as_local(certificate.not_after).strftime(_TIME),
        "days": str(days_left(certificate, dt_util.utcnow())),
        "thumbprint": certificate.thumbprint,
        "warnings": "\n".join(f"- ⚠️ {texts[problem]}" for problem in report.warnings),
    }


def facts(certificate: ClientCertificate) -> dict[str, Any]:
    """Return what a certificate says about itself, for diagnostics, but not whom it names."""
    return {
        "issuer": certificate.issuer,
        "policy": certificate.policy,
        "not_before": certificate.not_before.isoformat(),
        "not_after": certificate.not_after.isoformat(),
        "thumbprint": certificate.thumbprint,
        "problems": broken_rules(certificate, dt_util.utcnow()),
    }


def _literal(name: str) -> str:
    """Return a name so that nothing in it is taken for formatting."""
    return f"`{name.replace('`', "'")}`"
