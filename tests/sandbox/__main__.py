"""Run the sandbox: `python -m tests.sandbox --port 8099`."""

import argparse
import asyncio
import signal
import sys

from . import accounts
from .server import Sandbox


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8099, help="0 takes a free port")
    return parser.parse_args()


def _introduction(sandbox: Sandbox) -> str:
    return "\n".join(
        (
            f"Fluvius sandbox on {sandbox.url}",
            f"  V3 API (sandbox)  {sandbox.api_url}",
            f"  V3 API (live)     {sandbox.live_api_url}",
            f"  V2 API (sandbox)  {sandbox.api_url_v2}",
            f"  V2 API (live)     {sandbox.live_api_url_v2}",
            f"  token endpoint    {sandbox.token_url}",
            f"  consent page      {sandbox.consent_url}",
            f"  grid users' page  {sandbox.approval_url}",
            f"  tenant id         {accounts.TENANT_ID}",
            f"  client id         {accounts.CLIENT_ID}",
            f"  client secret     {accounts.CLIENT_SECRET}",
            f"  scope             {accounts.SCOPE}",
            f"  subscription key  {accounts.SUBSCRIPTION_KEY}",
            f"  contract number   {accounts.CONTRACT_NUMBER}",
            "",
        )
    )


async def _serve(host: str, port: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with Sandbox(host=host, port=port) as sandbox:
        sys.stdout.write(_introduction(sandbox))
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    arguments = _arguments()
    asyncio.run(_serve(arguments.host, arguments.port))
