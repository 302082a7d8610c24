"""What every page of the dashboard stands on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse

from pipeline.audit.chain import Entry
from pipeline.domain.account import Permission, Principal
from pipeline.domain.session import SessionId
from pipeline.ports import Clock, Doorbell, SessionRow
from pipeline.ports.promises import ListedRun, RunQuery
from web.auth.viewing import viewer_of
from web.ops.actions import Operated
from web.ops.charts import BarPart
from web.ops.feed import Feed
from web.ops.wording import STATES, Times, count, hours, length, sentences, short, size
from web.pages.rendering import Link, Pages

LINKS = (Link("The night", "/ops"), Link("Runs", "/ops/runs"), Link("One session", "/ops/sessions"))


class Looked(Protocol):
    """What pages look up beside the snapshot."""

    def runs(self, which: RunQuery) -> Sequence[ListedRun]:
        """Return runs in one state, the latest first."""
        ...

    def session_entries(self, session_id: SessionId) -> Sequence[Entry]:
        """Return every audit entry that names the session."""
        ...


@dataclass(frozen=True)
class OpsRoom:
    """The dashboard's room in a process."""

    feed: Feed
    looked: Looked
    ledger: Operated
    session: Callable[[SessionId], SessionRow]
    doorbell: Doorbell
    clock: Clock
    zone: ZoneInfo
    pages: Pages = field(init=False)

    def __post_init__(self) -> None:
        """Teach the templates how things are said."""
        times = Times(self.zone)
        filters: dict[str, Callable[..., object]] = {
            "moment": times.moment, "clock": times.clock, "bare": times.bare, "day": times.day, "span": length,
            "hours": hours, "count": count, "size": size, "short": short, "part_text": _part_text,
        }  # fmt: skip
        object.__setattr__(self, "pages", Pages("web.ops", filters))

    def answer(self, request: Request, principal: Principal, template: str, **values: Any) -> HTMLResponse:  # noqa: ANN401 - a template takes what its page gives
        """Return a page as this person sees it."""
        viewer = viewer_of(request, principal, LINKS)
        return self.pages.answer(template, **self.common(principal), viewer=viewer, **values)

    def common(self, principal: Principal) -> dict[str, Any]:
        """Return what every template is given, which may be anything."""
        return {
            "may_operate": principal.may(Permission.RUNS_OPERATE),
            "may_steer": principal.may(Permission.QUEUES_OPERATE),
            "sentences": sentences(),
            "states": STATES,
            "zone": self.zone.key,
        }


def _part_text(part: BarPart) -> str:
    return f"{part.runs} {part.status}"
