"""What tests can make happen to the readings and mandates of an EAN.

Times are aware datetimes; amounts are in the unit of the series (kWh, m³, kVArh) with at most three
decimals. Series are named as in the totals; granularities as on the wire. The admin endpoints of
`admin_scenes` do the same.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from .admin_scenes import change_mandate
from .approvals import WaitingConsent, decide_consent, waiting_consents
from .checks import Fields
from .environments import Environment
from .localtime import to_wire
from .portal import GRID_USER, Connection, PortalUser
from .read_scenes import add_correction, add_delay, add_repeat, set_installation, set_order
from .state import State


class Stage:
    """The scenes of a sandbox."""

    def __init__(self, state: State) -> None:
        """Set the scenes of one sandbox's state."""
        self.state = state

    def correct(
        self,
        ean: str,
        series: str | None,
        start: datetime,
        end: datetime,
        value: float | Sequence[float | None] | None,
        *,
        inserted: datetime,
        state: str | None = None,
        granularity: str | None = None,
        source: str | None = None,
        whole_day: bool = False,
    ) -> None:
        """Insert new values for the slices of a span, at an instant.

        One value for all, or a sequence (which needs a granularity) with one for each slice; None
        is null. No series means all. `source` is a meter's seqNumber, `headpoint` or a
        sub-headpoint's EAN; without it the source that leads. With `whole_day` the insertTime
        answers hold the whole day.
        """
        values = {"values": [*value]} if isinstance(value, Sequence) else {"value": value}
        add_correction(
            _fields(
                _span(ean, start, end, series, granularity, source)
                | {"inserted": inserted, "state": state, "wholeDay": whole_day}
                | values
            ),
            self.state.scenes,
        )

    def restate(
        self,
        ean: str,
        series: str | None,
        start: datetime,
        end: datetime,
        state: str,
        *,
        inserted: datetime,
        granularity: str | None = None,
        source: str | None = None,
        whole_day: bool = False,
    ) -> None:
        """Insert another validation state for known values, at an instant."""
        add_correction(
            _fields(
                _span(ean, start, end, series, granularity, source)
                | {"inserted": inserted, "state": state, "wholeDay": whole_day}
            ),
            self.state.scenes,
        )

    def delay(
        self,
        ean: str,
        start: datetime,
        end: datetime,
        until: datetime | None,
        *,
        series: str | None = None,
        granularity: str | None = None,
        source: str | None = None,
    ) -> None:
        """Let the slices of a span arrive at an instant, or never; the last delay counts.

        Without a series, a granularity or a source: of all of them.
        """
        span = _span(ean, start, end, series, granularity, source)
        add_delay(_fields(span | {"until": until}), self.state.scenes)

    def repeat(
        self,
        ean: str,
        start: datetime,
        end: datetime,
        outdated: float | None,
        *,
        granularity: str | None = None,
        source: str | None = None,
    ) -> None:
        """Let the slices of a span occur twice in answers, first with an outdated value."""
        span = _span(ean, start, end, None, granularity, source)
        add_repeat(_fields(span | {"outdated": outdated}), self.state.scenes)

    def shuffle(self, ean: str) -> None:
        """Let the slices of answers be out of order."""
        set_order(_fields({"ean": ean, "shuffled": True}), self.state.scenes)

    def install(
        self,
        ean: str,
        kind: str,
        *,
        at: datetime | None = None,
        until: datetime | None = None,
        reactive: bool = False,
        sub_headpoints: Sequence[Mapping[str, str]] = (),
    ) -> None:
        """Say where the energy of an EAN is measured.

        - meter: one digital meter
        - replaced: another meter from `at` on; the old one has null values until `until`
        - exclusiveNight: a second meter side by side
        - headpoint: AMR
        - headpointAndMeter: AMR from `at` on, and a meter up to `until` (`at` unless given)
        """
        fields = {"ean": ean, "kind": kind, "at": at, "until": until, "reactive": reactive}
        subs = [dict(sub) for sub in sub_headpoints]
        set_installation(_fields(fields | {"subHeadpoints": subs}), self.state.scenes)

    def change_mandate(
        self,
        ean: str,
        *,
        at: datetime | None = None,
        reference_number: str = "REF-1",
        data_service_type: str | None = None,
        environment: Environment = "sbx",
        **fields: str | datetime | None,
    ) -> None:
        """Change a mandate from an instant of the server's clock on, now unless given.

        `fields` are those to change by their names on the wire; None takes a value away.
        """
        which = {
            "ean": ean,
            "at": at,
            "referenceNumber": reference_number,
            "dataServiceType": data_service_type,
            "environment": environment,
        }
        change_mandate(_fields(which | fields), self.state)

    def connect(
        self,
        ean: str,
        *,
        grid_user: PortalUser | str = GRID_USER,
        seen_by: Collection[PortalUser] = (GRID_USER,),
        place: str = "Woning",
    ) -> None:
        """Let portal users see a connection on the consent page; a grid user may be any name."""
        name = grid_user if isinstance(grid_user, str) else grid_user.name
        keys = frozenset(user.key for user in seen_by)
        self.state.portal.connect(Connection(ean=ean, place=place, grid_user=name, seen_by=keys))

    def waiting_consents(self) -> list[WaitingConsent]:
        """Return the requests, and the renewals, that wait for a grid user now."""
        return waiting_consents(self.state)

    def decide_consent(self, identifier: str, *, approve: bool) -> None:
        """Answer a request as its grid user; raises UnknownConsentError when it does not wait."""
        decide_consent(self.state, identifier, approve=approve)

    def clear_scenes(self) -> None:
        """Make the readings of every EAN ordinary again."""
        self.state.scenes.clear()


def _span(
    ean: str,
    start: datetime,
    end: datetime,
    series: str | None,
    granularity: str | None,
    source: str | None,
) -> dict[str, object]:
    return {
        "ean": ean,
        "from": start,
        "to": end,
        "series": series,
        "granularity": granularity,
        "source": source,
    }


def _fields(values: Mapping[str, object]) -> Fields:
    return Fields(
        {
            name: to_wire(value) if isinstance(value, datetime) else value
            for name, value in values.items()
        }
    )
