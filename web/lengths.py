"""A body whose declared length is too much, refused in the form of every other refusal."""

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.status import HTTP_413_CONTENT_TOO_LARGE
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.errors import RequestTooLargeError
from web.problems import on_pipeline_error


class LengthRefusals:
    """Says as a problem document, or as a page, what the framework says in plain words past our handlers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; where the framework's own refusal comes back, send ours in its place."""
        is_replaced = False

        async def send_in_our_form(message: Message) -> None:
            nonlocal is_replaced
            if _is_plain_refusal(message):
                is_replaced = True
                await on_pipeline_error(Request(scope), RequestTooLargeError())(scope, receive, send)
            elif not is_replaced:
                await send(message)

        await self._app(scope, receive, send_in_our_form)


def _is_plain_refusal(message: Message) -> bool:
    if message["type"] != "http.response.start" or message["status"] != HTTP_413_CONTENT_TOO_LARGE:
        return False
    return Headers(raw=message["headers"]).get("content-type", "").startswith("text/plain")
