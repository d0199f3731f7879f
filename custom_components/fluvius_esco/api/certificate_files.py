"""Certificates and private keys from the files that people have.

Reading a private key checks it, which takes tens of milliseconds (RSA-4096: hundreds): call these
functions in an executor.
"""

import base64
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
import re
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12

from .certificate import CertificateError, CertificateProblem, ClientCertificate

type _KeyLoader = Callable[[bytes, bytes | None], PrivateKeyTypes]

_BLOCK: Final = re.compile(rb"-----BEGIN ([A-Z0-9 #]+)-----(.*?)-----END \1-----", re.DOTALL)
_BASE64: Final = re.compile(rb"\s*MI[A-Za-z0-9+/=\s]+")
_PKCS12_VERSION: Final = b"\x02\x01\x03\x30"

# What cryptography raises for damaged bytes: its documentation names the first, but a name of the
# wrong type, a version that does not exist or an extension that occurs twice come out as the others.
_DAMAGED: Final = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)


@dataclass(slots=True)
class _Contents:
    """What a file holds; `key_problem` is why a key in it could not be read."""

    certificates: list[x509.Certificate] = field(default_factory=list)
    keys: list[PrivateKeyTypes] = field(default_factory=list)
    key_problem: CertificateProblem | None = None
    damaged: bool = False
    request: bool = False

    def take_certificates(self, load: Callable[[], Sequence[x509.Certificate]]) -> None:
        """Add certificates, or note that they are damaged."""
        try:
            self.certificates += load()
        except _DAMAGED:
            self.damaged = True

    def take_key(self, load: Callable[[], PrivateKeyTypes]) -> None:
        """Add a private key, or note why it cannot be read."""
        try:
            self.keys.append(load())
        except CertificateError as err:
            self.key_problem = self.key_problem or err.problem


def load_certificate(
    certificate: bytes,
    private_key: bytes | None,
    password: str | None,
    kept_keys: Sequence[str] = (),
) -> ClientCertificate:
    """Return the usable pair in one file or two.

    Both files may be PEM, DER or PKCS#12, and certificates PKCS#7; `private_key` is not needed
    where the first file holds the key, or where it is one of `kept_keys` (PEM). Of a chain, in any
    order, the certificate that belongs to the key is taken. A password that no part needs is
    ignored, and so is the order in which the files were given.

    Raises CertificateError, and nothing else, whatever the bytes are.
    """
    secret = password.encode(errors="replace") if password else None
    first = _read(certificate, secret, CertificateProblem.CERTIFICATE_UNREADABLE)
    second = _Contents()
    if private_key is not None:
        second = _read(private_key, secret, CertificateProblem.KEY_UNREADABLE)
        if second.certificates and not (first.certificates or second.keys):
            first, second = second, first
    certificates = first.certificates or second.certificates
    if not certificates:
        raise CertificateError(_why_no_certificate(first))
    if private_key is not None and not second.keys:
        raise CertificateError(_why_no_key(second))
    given = [*second.keys, *first.keys]
    if not given and first.key_problem:
        raise CertificateError(first.key_problem)
    if given:
        return _matching(certificates, given, damaged=first.damaged)
    return _matching_kept(certificates, kept_keys)


def load_stored(certificate_pem: str, private_key_pem: str) -> ClientCertificate:
    """Return a pair that was kept; raises CertificateError where the two cannot be used."""
    return load_certificate(certificate_pem.encode(), private_key_pem.encode(), None)


def _why_no_certificate(contents: _Contents) -> CertificateProblem:
    if contents.request:
        return CertificateProblem.CERTIFICATE_REQUEST
    return CertificateProblem.CERTIFICATE_UNREADABLE


def _why_no_key(contents: _Contents) -> CertificateProblem:
    if contents.key_problem:
        return contents.key_problem
    if contents.certificates:
        return CertificateProblem.KEY_MISSING
    return CertificateProblem.KEY_UNREADABLE


def _read(data: bytes, password: bytes | None, unreadable: CertificateProblem) -> _Contents:
    """Return all that a file holds; `unreadable` is what a damaged PKCS#12 file amounts to."""
    contents = _Contents()
    text = _as_text(data)
    if b"-----BEGIN" in text:
        for block in _BLOCK.finditer(text):
            _read_block(contents, block, password)
    elif _is_pkcs12(data):
        _read_pkcs12(contents, data, password, unreadable)
    else:
        _read_der(contents, _without_base64(text) or data, password)
    return contents


def _as_text(data: bytes) -> bytes:
    """Return text as most editors write it: one byte a letter, line feeds, nothing indented."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = data.decode("utf-16", errors="replace").encode("ascii", errors="replace")
    return b"\n".join(line.strip() for line in data.removeprefix(b"\xef\xbb\xbf").splitlines())


def _without_base64(text: bytes) -> bytes | None:
    """Return the DER in a PEM file without its first and last line; None where it is no such."""
    if _BASE64.fullmatch(text) is None:
        return None
    try:
        return base64.b64decode(text)
    except ValueError:
        return None


def _read_block(contents: _Contents, block: re.Match[bytes], password: bytes | None) -> None:
    label, body = block.groups()
    if label.endswith(b"PRIVATE KEY"):
        contents.take_key(
            lambda: _load_key(block.group(), password, serialization.load_pem_private_key)
        )
    elif label.endswith(b"CERTIFICATE REQUEST"):
        contents.request = True
    elif label.endswith(b"CERTIFICATE") or label.startswith((b"PKCS7", b"PKCS #7", b"CMS")):
        contents.take_certificates(lambda: _certificates_of(base64.b64decode(body)))


def _read_der(contents: _Contents, data: bytes, password: bytes | None) -> None:
    contents.take_certificates(lambda: _certificates_of(data))
    if contents.certificates:
        return
    contents.take_key(lambda: _load_key(data, password, serialization.load_der_private_key))
    contents.request = _is_request(data)


def _certificates_of(der: bytes) -> Sequence[x509.Certificate]:
    """Return the certificate in DER, or those of a PKCS#7 bundle."""
    # What follows a certificate are the settings of OpenSSL's "trusted" ones.
    whole = der[: _length(der) or len(der)]
    try:
        return [x509.load_der_x509_certificate(whole)]
    except ValueError:
        return pkcs7.load_der_pkcs7_certificates(der)


def _is_request(der: bytes) -> bool:
    try:
        x509.load_der_x509_csr(der)
    except _DAMAGED:
        return False
    return True


def _load_key(data: bytes, password: bytes | None, loader: _KeyLoader) -> PrivateKeyTypes:
    try:
        return loader(data, None)
    except TypeError:  # this is how an encrypted key asks for its password
        if password is None:
            raise CertificateError(CertificateProblem.PASSWORD_REQUIRED) from None
    except ValueError, UnsupportedAlgorithm:
        raise CertificateError(CertificateProblem.KEY_UNREADABLE) from None
    try:
        return loader(data, password)
    except ValueError, UnsupportedAlgorithm:
        raise CertificateError(CertificateProblem.WRONG_PASSWORD) from None


def _is_pkcs12(data: bytes) -> bool:
    """Whether the bytes begin as PKCS#12 does: a sequence with version 3 and a sequence."""
    return data[:1] == b"\x30" and _PKCS12_VERSION in data[:16]


def _length(der: bytes) -> int | None:
    """Return the length of the outer element of DER; None where it does not say (indefinite)."""
    if len(der) < 2 or der[1] == 0x80:
        return None
    if der[1] < 0x80:
        return 2 + der[1]
    octets = der[1] & 0x7F
    return 2 + octets + int.from_bytes(der[2 : 2 + octets])


def _read_pkcs12(
    contents: _Contents, data: bytes, password: bytes | None, unreadable: CertificateProblem
) -> None:
    """Take what a PKCS#12 file holds; raises CertificateError where it does not open."""
    if len(data) < (_length(data) or 0):
        raise CertificateError(unreadable)
    # No password and an empty one are not the same in PKCS#12, but they are to people.
    for candidate in (password, None, b""):
        try:
            bundle = pkcs12.load_pkcs12(data, candidate)
        except ValueError:
            continue
        except _DAMAGED:
            raise CertificateError(unreadable) from None
        found = [bundle.cert, *bundle.additional_certs]
        contents.certificates += [item.certificate for item in found if item is not None]
        contents.keys += [bundle.key] if bundle.key is not None else []
        return
    if password is None:
        raise CertificateError(CertificateProblem.PASSWORD_REQUIRED)
    raise CertificateError(CertificateProblem.WRONG_PASSWORD)


def _matching_kept(
    certificates: Sequence[x509.Certificate], kept_keys: Sequence[str]
) -> ClientCertificate:
    """Return the certificate of a key that was kept; raises CertificateError if there is none."""
    if not kept_keys:
        raise CertificateError(CertificateProblem.KEY_MISSING)
    keys = [_load_key(key.encode(), None, serialization.load_pem_private_key) for key in kept_keys]
    try:
        return _matching(certificates, keys, damaged=False)
    except CertificateError as err:
        if err.problem is CertificateProblem.KEY_MISMATCH:
            raise CertificateError(CertificateProblem.NO_KEPT_KEY) from None
        raise


def _matching(
    certificates: Sequence[x509.Certificate], keys: Sequence[PrivateKeyTypes], *, damaged: bool
) -> ClientCertificate:
    """Return the newest certificate that belongs to one of the keys, and that key."""
    pairs = [
        (certificate, key)
        for certificate, public_key in _public_keys(certificates)
        for key in keys
        if isinstance(key, RSAPrivateKey) and key.public_key() == public_key
    ]
    if not pairs:
        raise CertificateError(_why_no_pair(certificates, keys, damaged=damaged))
    try:
        certificate, key = max(pairs, key=lambda pair: pair[0].not_valid_before_utc)
        _read_whole(certificate)
    except _DAMAGED:
        raise CertificateError(CertificateProblem.CERTIFICATE_UNREADABLE) from None
    return ClientCertificate(
        certificate_pem=certificate.public_bytes(serialization.Encoding.PEM).decode(),
        private_key_pem=key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode(),
    )


def _why_no_pair(
    certificates: Sequence[x509.Certificate], keys: Sequence[PrivateKeyTypes], *, damaged: bool
) -> CertificateProblem:
    public_keys = [public_key for _, public_key in _public_keys(certificates)]
    if damaged or len(public_keys) < len(certificates):
        return CertificateProblem.CERTIFICATE_UNREADABLE
    if not any(isinstance(key, RSAPrivateKey) for key in keys):
        return CertificateProblem.NOT_RSA
    if not any(isinstance(public_key, RSAPublicKey) for public_key in public_keys):
        return CertificateProblem.NOT_RSA
    return CertificateProblem.KEY_MISMATCH


def _public_keys(
    certificates: Sequence[x509.Certificate],
) -> Iterator[tuple[x509.Certificate, object]]:
    """Yield the certificates whose public key is of a known kind, with it."""
    for certificate in certificates:
        try:
            yield certificate, certificate.public_key()
        except _DAMAGED:
            continue


def _read_whole(certificate: x509.Certificate) -> None:
    """Read what is only decoded on demand, so that a broken part shows now."""
    for name in (certificate.subject, certificate.issuer):
        name.rfc4514_string()
    for moment in (certificate.not_valid_before_utc, certificate.not_valid_after_utc):
        moment.isoformat()
    list(certificate.extensions)
