"""Repeatable chance."""

from random import Random


def dice(seed: str) -> Random:
    """Return dice that fall the same way for the same seed, on every machine and in every run."""
    return Random(seed)  # noqa: S311 - meter readings are no secrets
