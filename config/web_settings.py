"""Settings of what is watched and asked over HTTP: who may come in, how much may be asked, what is told to whom."""

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from config.forms import WebAddress

_FROZEN = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
Positive = Annotated[timedelta, Field(gt=timedelta(0))]


class IdentitySettings(BaseModel):
    """How people sign in and how long that lasts."""

    model_config = _FROZEN

    idle: Positive = timedelta(minutes=15)
    at_most: Positive = timedelta(hours=12)
    #: An account without a second factor must set one up before anything else.
    second_factor_required: bool = False
    #: The address under which browsers find us, as in https://night.example; OIDC comes back to it.
    public_url: WebAddress = ""
    oidc_issuer: WebAddress = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_label: str = "Sign in with your organisation"


class ApiSettings(BaseModel):
    """The interface for programs."""

    model_config = _FROZEN

    requests_per_minute: int = Field(default=600, ge=1)
    #: How long an upload that nobody goes on with is kept.
    upload_lasts: Positive = timedelta(hours=24)


class WebhookSettings(BaseModel):
    """What is told to other programs."""

    model_config = _FROZEN

    poll: Positive = timedelta(seconds=5)
    tries: int = Field(default=10, ge=1, le=50)
    #: How long an older secret goes on signing beside the new one.
    overlap: Positive = timedelta(days=1)
    #: For trying things out on one machine: http, and addresses that are not public.
    allow_private: bool = False


class MetricsSettings(BaseModel):
    """Where this process serves its metrics; each process of a machine needs a port of its own, and 0 serves none."""

    model_config = _FROZEN

    host: str = "127.0.0.1"
    port: int = Field(default=0, ge=0, le=65535)


class OpsSettings(BaseModel):
    """The operators' dashboard."""

    model_config = _FROZEN

    #: How often an open page is brought up to date; all viewers of a process share one look.
    refresh: Positive = timedelta(seconds=10)
