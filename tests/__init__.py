"""Tests of the Fluvius ESCO integration."""
