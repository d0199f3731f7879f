"""Links for the sandbox's own tests, made over HTTP as a provider makes them."""

from typing import Any

from .accounts import CONTRACT_NUMBER
from .visitor import Visitor


def link_request(**others: Any) -> dict[str, Any]:
    """Return a short URL request; fields set to `...` are left out."""
    fields = {
        "dataAccessContractNumber": CONTRACT_NUMBER,
        "referenceNumber": "REF-1",
        "flow": "B2C",
        "dataServices": [{"dataServiceType": "VH_dag"}],
    } | others
    return {name: value for name, value in fields.items() if value is not ...}


async def invite(visitor: Visitor, base: str | None = None, **others: Any) -> str:
    """Make a link in the sandbox environment (V3) or below another base; returns its address."""
    reply = await visitor.post("shortUrlIdentifier", link_request(**others), base=base)
    assert reply.status == 200, reply.json
    return f"{visitor.sandbox.consent_url}?id={reply.json['data']['shortUrlIdentifier']}"
