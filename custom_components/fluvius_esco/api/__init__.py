"""The client library for the Fluvius energy service provider API; it knows nothing of Home Assistant."""
