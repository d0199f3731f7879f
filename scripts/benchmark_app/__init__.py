"""The benchmark: how fast the integration is, measured beside what it is compared with."""
