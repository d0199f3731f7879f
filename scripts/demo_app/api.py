"""Home Assistant's REST and WebSocket API, used as its frontend uses them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from .errors import DemoError

_TIMEOUT = 300


@dataclass(slots=True)
class WebSocket:
    """A WebSocket connection that is logged in."""

    connection: aiohttp.ClientWebSocketResponse
    last_id: int = 0

    async def command(self, kind: str, **fields: Any) -> Any:
        """Send a command and return its result."""
        self.last_id += 1
        await self.connection.send_json({"id": self.last_id, "type": kind, **fields})
        while True:
            message = await self.connection.receive_json(timeout=_TIMEOUT)
            if message.get("id") != self.last_id or message["type"] != "result":
                continue
            if not message["success"]:
                raise DemoError(f"Home Assistant refuses {kind}: {message['error']}")
            return message["result"]


@dataclass(slots=True)
class HomeAssistantApi:
    """Home Assistant's API at an address; `token` is there after logging in."""

    url: str
    session: aiohttp.ClientSession
    token: str | None = None

    @property
    def client_id(self) -> str:
        """The frontend's own client id."""
        return f"{self.url}/"

    async def get(self, path: str, *, optional: bool = False) -> Any:
        """Get JSON; where it is `optional`, None stands for an address that does not exist."""
        async with self.session.get(self.url + path, headers=self._headers()) as response:
            if optional and response.status == 404:
                return None
            return await _content(response)

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        """Post JSON and return the JSON of the answer."""
        async with self.session.post(
            self.url + path, json=body, headers=self._headers()
        ) as response:
            return await _content(response)

    async def post_form(self, path: str, fields: dict[str, str]) -> Any:
        """Post form fields and return the JSON of the answer."""
        async with self.session.post(self.url + path, data=fields) as response:
            return await _content(response)

    async def upload(self, name: str, content: bytes) -> str:
        """Upload a file and return its id, which a form takes."""
        form = aiohttp.FormData()
        form.add_field("file", content, filename=name, content_type="application/octet-stream")
        async with self.session.post(
            f"{self.url}/api/file_upload", data=form, headers=self._headers()
        ) as response:
            answer = await _content(response)
            return str(answer["file_id"])

    @asynccontextmanager
    async def websocket(self) -> AsyncIterator[WebSocket]:
        """Open a WebSocket connection and log in."""
        async with self.session.ws_connect(
            f"{self.url}/api/websocket", max_msg_size=0
        ) as connection:
            await connection.receive_json(timeout=_TIMEOUT)
            await connection.send_json({"type": "auth", "access_token": self.token})
            answer = await connection.receive_json(timeout=_TIMEOUT)
            if answer["type"] != "auth_ok":
                raise DemoError(f"Home Assistant refuses the token: {answer}")
            yield WebSocket(connection)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}


async def _content(response: aiohttp.ClientResponse) -> Any:
    if not response.ok:
        text = await response.text()
        raise DemoError(f"Home Assistant answers {response.url.path}: {response.status} {text}")
    return await response.json()


@asynccontextmanager
async def home_assistant_api(url: str) -> AsyncIterator[HomeAssistantApi]:
    """Open a session with Home Assistant; nobody is logged in yet."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_TIMEOUT)) as session:
        yield HomeAssistantApi(url, session)
