"""Start Home Assistant with the integrations that the demo needs.

By itself it also loads every platform and the marketplace; those want packages that are compiled
at installation, and ask the Internet what is new.
"""

import sys

from homeassistant import bootstrap
from homeassistant.__main__ import main

bootstrap.DEFAULT_INTEGRATIONS = {
    "brands",
    "frontend",
    "labs",
    "logger",
    "network",
    "person",
    "sensor",
    "system_health",
    "zone",
}

if __name__ == "__main__":
    sys.exit(main())
