"""Mandates and readings as the rest of the project knows them.

One model for every API version: `v2` and `v3` turn wire bytes into these values.
Instants of mandates are aware datetimes in UTC; instants of readings are whole seconds since the
epoch (UTC), because a three-year series has a hundred thousand of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class EnergyType(StrEnum):
    """What flows through the meter; the value is Fluvius' own."""

    ELECTRICITY = "E"
    GAS = "G"
    UNKNOWN = "?"


class DataServiceType(StrEnum):
    """The level of detail that a mandate gives access to."""

    DAY = "VH_dag"
    QUARTER_HOUR = "VH_kwartier_uur"
    UNDETERMINED = "VH_onbepaald"
    INSTALLATION = "IG"
    UNKNOWN = "?"


class MandateStatus(StrEnum):
    """Where a mandate stands (guide: status of the mandate)."""

    REQUESTED = "Requested"
    APPROVED = "Approved"
    REJECTED = "Rejected"
    FINISHED = "Finished"
    UNKNOWN = "?"


class RenewalStatus(StrEnum):
    """Where the renewal of a mandate stands, in the three months before it expires."""

    TO_BE_RENEWED = "ToBeRenewed"
    RENEWAL_REQUESTED = "RenewalRequested"
    EXPIRED = "Expired"
    UNKNOWN = "?"


class Flow(StrEnum):
    """Whom a consent link is for."""

    PERSON = "B2C"
    ORGANISATION = "B2B"


class PeriodType(StrEnum):
    """Whether a requested period is about measuring or about arrival at Fluvius."""

    READ_TIME = "readTime"
    INSERT_TIME = "insertTime"


class Granularity(StrEnum):
    """The length of the slices of a series.

    `HOUR` exists for gas, `QUARTER_HOUR` for electricity; on the wire they share one name.
    """

    DAY = "day"
    HOUR = "hour"
    QUARTER_HOUR = "quarter_hour"


class ComplexEnergyType(StrEnum):
    """The kind of power that a request is about; ignored for gas."""

    ACTIVE = "active"
    REACTIVE = "reactive"


class Direction(StrEnum):
    """Which way the energy flows, seen from the grid user."""

    OFFTAKE = "offtake"
    INJECTION = "injection"
    PRODUCTION = "production"
    AUXILIARY = "auxiliary"


class Register(StrEnum):
    """The register of a direction that a value belongs to."""

    TOTAL = "total"
    DAY = "day"
    NIGHT = "night"
    REACTIVE = "reactive"
    INDUCTIVE = "inductive"
    CAPACITIVE = "capacitive"


class Unit(StrEnum):
    """The unit of a value; the value is Fluvius' own."""

    KILOWATT_HOUR = "kWh"
    CUBIC_METER = "m3"
    KILOVOLT_AMPERE_REACTIVE_HOUR = "kVArh"
    KILOVOLT_AMPERE = "kVA"
    KILOWATT = "kW"
    UNKNOWN = "?"


class ValidationState(StrEnum):
    """How sure Fluvius is of a value (READ/EST digital meters, VAL/NVAL AMR; V2 VAL/EST)."""

    READ = "READ"
    ESTIMATED = "EST"
    VALIDATED = "VAL"
    NOT_VALIDATED = "NVAL"
    UNKNOWN = "?"


class GasConversionFactor(StrEnum):
    """Which factor turned m³ into kWh; provisional kWh still change."""

    PROVISIONAL = "P"
    DEFINITIVE = "D"
    CONSTANT = "C"
    UNKNOWN = "?"


class HeadpointKind(StrEnum):
    """Where the energy of an installation is measured (the wire's `$type`)."""

    ON_METER = "metering-on-meter"
    ON_HEADPOINT = "metering-on-headpoint"
    ON_HEADPOINT_AND_METER = "metering-on-headpoint-and-meter"
    UNKNOWN = "?"


class SubHeadpointKind(StrEnum):
    """What a sub-headpoint measures (the wire's `$type`)."""

    PRODUCTION = "submetering-production"
    AUXILIARY = "submetering-auxiliary"
    OFFTAKE = "submetering-offtake"
    UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class Mandate:
    """The access to the readings of one EAN that a grid user gave.

    `ean` and `energy_type` are only known for approved mandates. The data period is from inclusive
    to exclusive; without an end it is open. All instants are UTC.
    """

    reference_number: str | None
    status: MandateStatus
    data_service_type: DataServiceType
    ean: str | None = None
    energy_type: EnergyType | None = None
    data_period_from: datetime | None = None
    data_period_to: datetime | None = None
    expires: datetime | None = None
    renewal_status: RenewalStatus | None = None


@dataclass(frozen=True, slots=True)
class MandateFilter:
    """Which mandates to list; without any field: all of the contract. Instants are UTC."""

    reference_number: str | None = None
    ean: str | None = None
    data_service_types: tuple[DataServiceType, ...] = ()
    energy_type: EnergyType | None = None
    status: MandateStatus | None = None
    expires: datetime | None = None
    renewal_status: RenewalStatus | None = None
    updated_from: datetime | None = None
    updated_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class EnergyRequest:
    """Which readings to fetch: `start` inclusive, `end` exclusive, UTC, at most 185 days.

    `granularities` and `complex_energy_types` left empty ask for all that the mandate allows.
    """

    ean: str
    start: datetime
    end: datetime
    period_type: PeriodType = PeriodType.READ_TIME
    granularities: tuple[Granularity, ...] = ()
    complex_energy_types: tuple[ComplexEnergyType, ...] = ()
    reference_number: str | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """What one series measures: direction, register and unit."""

    direction: Direction
    register: Register
    unit: Unit


@dataclass(frozen=True, slots=True)
class Series:
    """The readings of one channel at one granularity, column by column, in the answer's order.

    `starts` (inclusive) and `ends` (exclusive) are UTC seconds since the epoch; `values` are in the
    channel's unit, None where Fluvius has no value. The same slice may occur twice: the later one
    counts. All columns have the same length; `factors` is empty where no reading has one.
    """

    channel: Channel
    granularity: Granularity
    starts: Sequence[int]
    ends: Sequence[int]
    values: Sequence[float | None]
    states: Sequence[ValidationState | None]
    factors: Sequence[GasConversionFactor | None] = ()


@dataclass(frozen=True, slots=True)
class PhysicalMeter:
    """One physical meter of an EAN with its own series; `serial` is the meter number."""

    sequence_number: str | None
    serial: str | None
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class SubHeadpoint:
    """A measured part of an installation (production, auxiliary, offtake) under its own EAN.

    `installation_type` is Fluvius' code of the local production, for example PV or BAT.
    """

    kind: SubHeadpointKind
    ean: str | None
    sequence_number: str | None
    vreg_id: str | None
    installation_type: str | None
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class Headpoint:
    """All readings of one EAN in one answer.

    `skipped` counts, by reason, what the answer held and we could not use.
    """

    ean: str
    energy_type: EnergyType
    kind: HeadpointKind
    meters: tuple[PhysicalMeter, ...] = ()
    series: tuple[Series, ...] = ()
    sub_headpoints: tuple[SubHeadpoint, ...] = ()
    skipped: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DataService:
    """One level and period that a consent link asks for; instants UTC, `end` exclusive."""

    data_service_type: DataServiceType
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class ShortUrlRequest:
    """What a consent link asks of the customer (guide: Create Short URL)."""

    contract_number: str
    reference_number: str
    flow: Flow
    data_services: tuple[DataService, ...]
    number_of_eans: int | None = None
    return_url_success: str | None = None
    return_url_failed: str | None = None
    sso: bool | None = None
    enterprise_number: str | None = None


@dataclass(frozen=True, slots=True)
class ShortUrl:
    """A consent link's identifier, a secret until it is used, and when it ends (UTC)."""

    identifier: str = field(repr=False)
    valid_to: datetime


@dataclass(frozen=True, slots=True)
class MockMandateRequest:
    """A fictitious mandate for the sandbox (guide: Create Mock Mandate); instants UTC."""

    reference_number: str
    ean: str
    data_service_type: DataServiceType
    data_period_from: datetime | None = None
    data_period_to: datetime | None = None
    status: MandateStatus | None = None
    expires: datetime | None = None
    renewal_status: RenewalStatus | None = None
