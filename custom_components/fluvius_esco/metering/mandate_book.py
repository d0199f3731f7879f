"""The mandates of a contract, found by what they are about, however many there are."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from ..api.models import Mandate


@dataclass(frozen=True, slots=True)
class MandateBook:
    """Mandates by EAN, and those of which Fluvius names none by reference number."""

    by_ean: Mapping[str, list[Mandate]]
    nameless: Mapping[str | None, list[Mandate]]

    def of(self, ean: str) -> list[Mandate]:
        """Return the mandates of an EAN."""
        return self.by_ean.get(ean, [])

    def about(self, ean: str, references: Collection[str]) -> list[Mandate]:
        """Return the mandates of an EAN, and the nameless ones under some reference numbers."""
        nameless = (self.nameless.get(reference, []) for reference in sorted(references))
        return [*self.of(ean), *(mandate for found in nameless for mandate in found)]


def book_of(mandates: Iterable[Mandate]) -> MandateBook:
    """Return mandates ordered so that those about one EAN are found at once."""
    by_ean: dict[str, list[Mandate]] = {}
    nameless: dict[str | None, list[Mandate]] = {}
    for mandate in mandates:
        if mandate.ean is None:
            nameless.setdefault(mandate.reference_number, []).append(mandate)
        else:
            by_ean.setdefault(mandate.ean, []).append(mandate)
    return MandateBook(by_ean, nameless)
