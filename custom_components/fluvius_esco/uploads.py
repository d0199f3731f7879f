"""Uploaded certificate and key files."""

from collections.abc import Mapping, Sequence
from typing import Any

from homeassistant.components.file_upload import process_uploaded_file
from homeassistant.const import CONF_PASSWORD
from homeassistant.core import HomeAssistant

from .api.certificate import CertificateError, CertificateProblem, ClientCertificate
from .api.certificate_files import load_certificate
from .const import CONF_CERTIFICATE, CONF_PRIVATE_KEY

# A chain of certificates with its key is some ten kilobytes.
_MAX_SIZE = 1024 * 1024


class UploadedFiles:
    """The files of one flow, kept because an upload can be read only once."""

    def __init__(self) -> None:
        """Begin without files."""
        self._contents: dict[str, bytes] = {}

    def read(self, hass: HomeAssistant, file_id: str) -> bytes:
        """Return a file's contents; runs in the executor. Raises ValueError for an unknown file."""
        if file_id not in self._contents:
            with process_uploaded_file(hass, file_id) as path:
                if path.stat().st_size > _MAX_SIZE:
                    raise ValueError("The file is too large")
                self._contents[file_id] = path.read_bytes()
        return self._contents[file_id]


async def read_certificate(
    hass: HomeAssistant,
    files: UploadedFiles,
    user_input: Mapping[str, Any],
    kept_keys: Sequence[str],
) -> ClientCertificate:
    """Return the certificate that was uploaded, with its key or that of `kept_keys` (PEM).

    Raises CertificateError with the problem to show.
    """

    def load() -> ClientCertificate:
        certificate = _read(
            hass, files, user_input[CONF_CERTIFICATE], CertificateProblem.CERTIFICATE_UNREADABLE
        )
        key_file = user_input.get(CONF_PRIVATE_KEY)
        key = _read(hass, files, key_file, CertificateProblem.KEY_UNREADABLE) if key_file else None
        password = user_input.get(CONF_PASSWORD) or None
        return load_certificate(certificate, key, password, kept_keys)

    return await hass.async_add_executor_job(load)


def _read(
    hass: HomeAssistant, files: UploadedFiles, file_id: str, problem: CertificateProblem
) -> bytes:
    try:
        return files.read(hass, file_id)
    except ValueError:
        raise CertificateError(problem) from None
