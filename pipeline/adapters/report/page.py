"""The HTML report: one page that needs nothing beside itself, and on which nothing can run."""

import base64
import functools
import hashlib

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pipeline.adapters.report.facts import SessionReport
from pipeline.adapters.report.inert import inert
from pipeline.adapters.report.view import view_of

_TEMPLATES = "templates"


def render_html(report: SessionReport) -> str:
    """Return the report as one self-contained page; whatever the session's text holds stays text."""
    return page("report.html", view_of(report))


def page(template: str, view: object) -> str:
    """Return one page of the house's kind: one style sheet, one policy, nothing that runs."""
    return _environment().get_template(template).render(view=view, style_hash=_style_hash())


@functools.cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader(__package__ or __name__, _TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _finalize(value: object) -> object:
    return inert(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@functools.cache
def _style_hash() -> str:
    """Return the one style sheet's hash, so that the page's policy allows it and no other."""
    style = _environment().get_template("report.css").render()
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
