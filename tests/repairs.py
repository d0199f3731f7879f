"""The Repairs page, as the frontend uses it."""

from typing import Any

from custom_components.fluvius_esco.const import DOMAIN


class Repairs:
    """Settles issues as the frontend does."""

    def __init__(self, client: Any) -> None:
        self._client = client

    async def open(self, issue_id: str) -> dict[str, Any]:
        """Begin to settle an issue; return the first step."""
        return await self._post("", {"handler": DOMAIN, "issue_id": issue_id})

    async def enter(self, flow: dict[str, Any], **values: Any) -> dict[str, Any]:
        """Fill in the form of a begun flow."""
        return await self._post(f"/{flow['flow_id']}", values)

    async def choose(self, flow: dict[str, Any], choice: str) -> dict[str, Any]:
        """Choose from the menu of a begun flow."""
        return await self.enter(flow, next_step_id=choice)

    async def settle(self, issue_id: str, choice: str) -> dict[str, Any]:
        """Settle an issue by a choice from its menu."""
        return await self.choose(await self.open(issue_id), choice)

    async def _post(self, path: str, content: dict[str, Any]) -> dict[str, Any]:
        answer = await self._client.post(f"/api/repairs/issues/fix{path}", json=content)
        assert answer.status == 200, await answer.text()
        result: dict[str, Any] = await answer.json()
        return result
