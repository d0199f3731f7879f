"""Readable pieces of answers, certificates and requests for the library's tests."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
import orjson

from custom_components.fluvius_esco.api.models import EnergyRequest, Granularity, PeriodType

EAN = "541448800000000017"
START = datetime(2026, 3, 1, 23, tzinfo=UTC)
END = datetime(2026, 3, 2, 23, tzinfo=UTC)

LENGTHS = {
    Granularity.QUARTER_HOUR: timedelta(minutes=15),
    Granularity.HOUR: timedelta(hours=1),
    Granularity.DAY: timedelta(days=1),
}

type PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def energy_request(
    start: datetime = START,
    end: datetime = END,
    period_type: PeriodType = PeriodType.READ_TIME,
) -> EnergyRequest:
    return EnergyRequest(EAN, start, end, period_type)


def instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def reading(
    value: object = 0.25, unit: object = "kWh", state: object = "READ", **extra: object
) -> dict[str, object]:
    return {"value": value, "unit": unit, "validationState": state, **extra}


def offtake(value: object = 0.25, **extra: object) -> dict[str, Any]:
    return {"offtake": {"total": reading(value, **extra)}}


def time_slice(
    start: datetime, *measurements: dict[str, Any], granularity: Granularity
) -> dict[str, Any]:
    return {
        "start": instant(start),
        "end": instant(start + LENGTHS[granularity]),
        "measurements": list(measurements),
    }


def quarter(start: datetime, *measurements: dict[str, Any]) -> dict[str, Any]:
    return time_slice(start, *measurements, granularity=Granularity.QUARTER_HOUR)


def quarters(values: Sequence[object], start: datetime = START) -> list[dict[str, Any]]:
    return [
        quarter(start + number * LENGTHS[Granularity.QUARTER_HOUR], offtake(value))
        for number, value in enumerate(values)
    ]


def day(start: datetime, *measurements: dict[str, Any]) -> dict[str, Any]:
    return time_slice(start, *measurements, granularity=Granularity.DAY)


def hour(start: datetime, *measurements: dict[str, Any]) -> dict[str, Any]:
    return time_slice(start, *measurements, granularity=Granularity.HOUR)


def meter(**lists: object) -> dict[str, object]:
    return {"seqNumber": "1", "meterID": "1SAG1100000001", **lists}


def headpoint(*meters: dict[str, object], **fields: object) -> dict[str, object]:
    """A digital meter's headpoint; `type_` overrides `$type`."""
    kind = fields.pop("type_", "metering-on-meter")
    return {
        "$type": kind,
        "ean": EAN,
        "energyType": "E",
        "physicalMeters": list(meters),
        **fields,
    }


def energy_answer(content: object) -> bytes:
    return answer({"headpoint": content})


def answer(data: object) -> bytes:
    return orjson.dumps({"_meta": {"fetchTime": "2026-03-04T08:00:00Z"}, "data": data})


def name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def certificate(
    key: PrivateKey,
    signer: PrivateKey,
    subject: str = "Provider",
    issuer: str = "Test CA",
    not_before: datetime = datetime(2026, 1, 1, tzinfo=UTC),
    extensions: Sequence[x509.ExtensionType] = (),
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(not_before)
        .not_valid_after(datetime(2027, 1, 1, tzinfo=UTC))
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(signer, hashes.SHA256())


def certificate_pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(item.public_bytes(serialization.Encoding.PEM) for item in certificates)


def key_bytes(
    key: PrivateKey,
    password: str | None = None,
    encoding: serialization.Encoding = serialization.Encoding.PEM,
    layout: serialization.PrivateFormat = serialization.PrivateFormat.PKCS8,
) -> bytes:
    encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if password is not None:
        encryption = serialization.BestAvailableEncryption(password.encode())
    return key.private_bytes(encoding, layout, encryption)


def starts_of(moments: Iterable[datetime]) -> list[int]:
    return [seconds(moment) for moment in moments]
