"""Home Assistant's configuration folder, and Home Assistant itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
import json
import os
from pathlib import Path
import sys
from typing import Any

from .errors import DemoError
from .folder import ROOT, Folder
from .processes import Program, check_port, running

RESTART_EXIT_CODE = 100

# No default_config: what that loads installs packages and looks for devices on the network.
_CONFIGURATION = """\
homeassistant:
  name: Demo
  latitude: 51.0543
  longitude: 3.7174
  elevation: 10
  unit_system: metric
  currency: EUR
  country: BE
  language: {language}
  time_zone: Europe/Brussels
config:
energy:
file_upload:
frontend:
history:
recorder:
logger:
  default: warning
  logs:
    custom_components.fluvius_esco: info
"""


def prepare_configuration(folder: Folder, port: int, language: str) -> None:
    """Write the configuration; what Home Assistant itself keeps in the folder stays.

    Entities get their names in the language.
    """
    storage = folder.config / ".storage"
    storage.mkdir(parents=True, exist_ok=True)
    folder.temporary.mkdir(exist_ok=True)
    (folder.config / "configuration.yaml").write_text(_CONFIGURATION.format(language=language))
    _write_store(storage / "http", 3, _http_settings(port))
    if not (storage / "onboarding").exists():
        # This step would set up integrations that live on the Internet; configuration.yaml holds
        # what it asks for.
        _write_store(storage / "onboarding", 4, {"done": ["core_config"]})
    _link_integration(folder.config / "custom_components")


def _http_settings(port: int) -> dict[str, Any]:
    """Return settings that hold without a person's confirmation, as those of YAML do not."""
    return {
        "stable": {
            "server_host": ["127.0.0.1"],
            "server_port": port,
            "cors_allowed_origins": [],
            "login_attempts_threshold": -1,
            "ip_ban_enabled": True,
            "ssl_profile": "modern_v6",
            "use_x_frame_options": True,
            "created_at": datetime.now(UTC).isoformat(),
            "error": None,
            "error_message": None,
        },
        "pending": None,
        "yaml_migration_done": True,
    }


def _write_store(path: Path, version: int, data: dict[str, Any]) -> None:
    store = {"version": version, "minor_version": 1, "key": path.name, "data": data}
    path.write_text(json.dumps(store, indent=2))


def _link_integration(custom_components: Path) -> None:
    custom_components.mkdir(exist_ok=True)
    link = custom_components / "fluvius_esco"
    link.unlink(missing_ok=True)
    link.symlink_to(ROOT / "custom_components" / "fluvius_esco", target_is_directory=True)


@asynccontextmanager
async def running_home_assistant(
    folder: Folder, port: int, language: str = "en"
) -> AsyncIterator[Program]:
    """Run Home Assistant on a port of this machine."""
    check_port(port, "--port")
    prepare_configuration(folder, port, language)
    launcher = Path(__file__).with_name("launch_home_assistant.py")
    environment = os.environ | {"TMPDIR": str(folder.temporary)}
    environment.pop("PYTHONPATH", None)
    command = [sys.executable, "-P", str(launcher), "--skip-pip", "--config", str(folder.config)]
    async with running(
        "Home Assistant",
        command,
        output=folder.path / "home-assistant.out",
        cwd=folder.path,
        environment=environment,
    ) as program:
        try:
            await program.wait_until_answering(f"http://127.0.0.1:{port}/manifest.json")
        except DemoError as err:
            raise DemoError(f"{err}\n{folder.log_tail()}") from err
        yield program
