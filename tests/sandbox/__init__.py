"""A local Fluvius for tests and the demo, written from the official contract alone."""

from .server import Sandbox

__all__ = ["Sandbox"]
