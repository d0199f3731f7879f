"""Fixtures of the library's tests; none of them knows Home Assistant."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
import pytest

from custom_components.fluvius_esco.api.auth import Access, SecretCredential
from custom_components.fluvius_esco.api.certificate import ClientCertificate
from custom_components.fluvius_esco.api.client import FluviusClient
from custom_components.fluvius_esco.api.transport import RetryPolicy

from .builders import certificate, certificate_pem, key_bytes
from .server import FakeFluvius, fake_fluvius


@pytest.fixture(scope="session")
def authority_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="session")
def provider_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="session")
def provider_certificate(
    provider_key: rsa.RSAPrivateKey, authority_key: rsa.RSAPrivateKey
) -> x509.Certificate:
    return certificate(provider_key, authority_key)


@pytest.fixture(scope="session")
def client_certificate(
    provider_key: rsa.RSAPrivateKey, provider_certificate: x509.Certificate
) -> ClientCertificate:
    return ClientCertificate(
        certificate_pem(provider_certificate).decode(), key_bytes(provider_key).decode()
    )


@dataclass
class Naps:
    """Stands for sleeping: remembers how long, takes no time."""

    taken: list[float] = field(default_factory=list)

    async def sleep(self, duration: float) -> None:
        self.taken.append(duration)

    def clock(self) -> float:
        """Return the time that has passed, by the sleeping alone."""
        return sum(self.taken)


@pytest.fixture
def naps() -> Naps:
    return Naps()


@pytest.fixture(autouse=True)
def no_waiting_between_tries() -> None:
    """Leave the waits as they are here, where they are tested; sleeping takes no time anyway."""


@pytest.fixture
def retry(naps: Naps) -> RetryPolicy:
    return RetryPolicy(attempts=3, sleep=naps.sleep, clock=naps.clock)


@pytest.fixture
async def server(socket_enabled: None) -> AsyncIterator[FakeFluvius]:
    async with fake_fluvius() as fake:
        yield fake


@pytest.fixture
async def session(socket_enabled: None) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
def access(server: FakeFluvius) -> Access:
    return Access(
        "tenant", "client", "api://scope/.default", SecretCredential("s3cret"), server.token_url
    )


@pytest.fixture
def client(
    server: FakeFluvius, session: aiohttp.ClientSession, access: Access, retry: RetryPolicy
) -> FluviusClient:
    return FluviusClient(session, server.api_url, access, "subscription-1", retry=retry)
