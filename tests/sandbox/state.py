"""Everything that one running sandbox remembers."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from .accounts import CertificateRegister
from .clock import Clock
from .environments import ENVIRONMENTS, Environment
from .faults import FaultPlan
from .journal import Journal
from .links import LinkBook
from .mandates import MandateStore
from .portal import Portal
from .scenes import SceneBook
from .token_endpoint import TokenOffice


class State:
    """The clock, certificates, tokens, links, portal, mandates, scenes, faults and journal."""

    def __init__(self, clock: Clock) -> None:
        """Start with nothing registered."""
        self.clock = clock
        self.certificates = CertificateRegister()
        self.tokens = TokenOffice(clock, self.certificates)
        self.mandates: dict[Environment, MandateStore] = {
            environment: MandateStore(clock) for environment in ENVIRONMENTS
        }
        self.links = LinkBook(clock)
        self.portal = Portal()
        self.scenes = SceneBook()
        self.faults = FaultPlan()
        self.journal = Journal()
        self._workers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="sandbox")

    async def in_thread[T](self, work: Callable[[], T]) -> T:
        """Do heavy work without holding up other requests."""
        return await asyncio.get_running_loop().run_in_executor(self._workers, work)

    def close(self) -> None:
        """Let the threads go."""
        self._workers.shutdown(cancel_futures=True)
