"""A client that speaks to an application without a socket."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx
from fastapi import FastAPI


@dataclass
class AsgiClient:
    """Asks an application; what a background task does is done when the answer is there."""

    app: FastAPI
    headers: Mapping[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Ask for a page."""
        return asyncio.run(self._ask("GET", path, headers, None))

    def post(self, path: str, form: Mapping[str, str], **headers: str) -> httpx.Response:
        """Send a form."""
        return asyncio.run(self._ask("POST", path, headers, form))

    def ask_form(self, address: str, form: Mapping[str, str], **headers: str) -> httpx.Response:
        """Send a form to a whole address, scheme and host included."""
        return asyncio.run(self._ask("POST", address, headers, form))

    def ask(
        self, method: str, path: str, *, json: object = None, content: bytes | None = None, **headers: str
    ) -> httpx.Response:
        """Send any request."""
        return asyncio.run(self._ask(method, path, headers, None, json=json, content=content))

    async def _ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        form: Mapping[str, str] | None,
        *,
        json: object = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(
                method, path, headers={**self.headers, **named}, data=form, json=json, content=content
            )
