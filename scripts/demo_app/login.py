"""Onboarding at the first start, logging in at every other one."""

from typing import Any

from .api import HomeAssistantApi
from .errors import DemoError

USERNAME = "demo"
PASSWORD = "demo"  # noqa: S105 - of a demo that only this machine can reach


async def log_in(api: HomeAssistantApi) -> None:
    """Become the demo user, who is created if Home Assistant is new."""
    steps = await api.get("/api/onboarding", optional=True)
    open_steps = {step["step"] for step in steps or () if not step["done"]}
    code = await (_create_user(api) if "user" in open_steps else _authorize(api))
    api.token = await _token(api, code)
    if "analytics" in open_steps:
        await api.post("/api/onboarding/analytics", {})
    if "integration" in open_steps:
        await api.post("/api/onboarding/integration", _client(api))


def _client(api: HomeAssistantApi) -> dict[str, Any]:
    return {"client_id": api.client_id, "redirect_uri": f"{api.url}/?auth_callback=1"}


async def _create_user(api: HomeAssistantApi) -> str:
    user = {
        "client_id": api.client_id,
        "name": "Demo",
        "username": USERNAME,
        "password": PASSWORD,
        "language": "en",
    }
    answer = await api.post("/api/onboarding/users", user)
    return str(answer["auth_code"])


async def _authorize(api: HomeAssistantApi) -> str:
    provider = {"handler": ["homeassistant", None], "type": "authorize"}
    form = await api.post("/auth/login_flow", _client(api) | provider)
    credentials = {"client_id": api.client_id, "username": USERNAME, "password": PASSWORD}
    answer = await api.post(f"/auth/login_flow/{form['flow_id']}", credentials)
    if answer["type"] != "create_entry":
        raise DemoError(
            f"The user {USERNAME} cannot log in: {answer.get('errors')}; begin anew with --fresh"
        )
    return str(answer["result"])


async def _token(api: HomeAssistantApi, code: str) -> str:
    answer = await api.post_form(
        "/auth/token",
        {"grant_type": "authorization_code", "code": code, "client_id": api.client_id},
    )
    return str(answer["access_token"])
