"""The two environments, which share the account and nothing else."""

from typing import Literal

Environment = Literal["sbx", "live"]
ENVIRONMENTS: tuple[Environment, ...] = ("sbx", "live")
