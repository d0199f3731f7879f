"""Finding the mandates that are about one meter among very many."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st

from custom_components.fluvius_esco.api.models import (
    DataServiceType,
    Mandate,
    MandateStatus,
    RenewalStatus,
)
from custom_components.fluvius_esco.metering.mandate_book import book_of
from custom_components.fluvius_esco.metering.mandate_life import life_of

NOW = datetime(2026, 11, 10, 9, 30, tzinfo=UTC)
EANS = ("541448800000000017", "541448800000000024")
REFERENCES = ("REF-1", "REF-2", "REF-3")

mandates = st.builds(
    Mandate,
    st.sampled_from([None, *REFERENCES]),
    st.sampled_from(MandateStatus),
    st.sampled_from(DataServiceType),
    ean=st.sampled_from([None, *EANS]),
    expires=st.sampled_from([None, NOW - timedelta(days=1), NOW + timedelta(days=900)]),
    renewal_status=st.sampled_from([None, *RenewalStatus]),
)


@given(st.lists(mandates), st.sampled_from(EANS), st.sets(st.sampled_from(REFERENCES)))
def test_what_a_book_finds_about_a_meter_says_as_much_as_all_mandates(
    known: list[Mandate], ean: str, references: set[str]
) -> None:
    about = book_of(known).about(ean, references)
    found, wanted = (life_of(some, ean, references, NOW) for some in (about, known))
    assert found.silence is wanted.silence
    assert (found.mandate is None) is (wanted.mandate is None)
    if found.mandate and wanted.mandate:
        assert found.mandate.status is wanted.mandate.status
        assert found.mandate.renewal_status is wanted.mandate.renewal_status


@given(st.lists(mandates), st.sampled_from(EANS))
def test_a_book_gives_the_mandates_of_an_ean_in_their_order(known: list[Mandate], ean: str) -> None:
    assert book_of(known).of(ean) == [mandate for mandate in known if mandate.ean == ean]
