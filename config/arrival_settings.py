"""Settings of recordings that arrive by themselves."""

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from config.forms import WebAddress

_FROZEN = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
Positive = Annotated[timedelta, Field(gt=timedelta(0))]


class ArrivalSettings(BaseModel):
    """Objects that arrive in the inbound bucket by themselves."""

    model_config = _FROZEN

    queue_url: WebAddress = ""
    queue_endpoint_url: WebAddress = ""
    token: SecretStr | None = None
    #: An arrival nobody consented to is removed this long after it was first seen.
    keep_unconsented: Positive = timedelta(hours=72)
    #: Names that were given ahead of a recording are removed so long after, where it has not come.
    keep_vocabulary: Positive = timedelta(days=30)
    #: What a watched folder turned away is removed so long after it was set aside, for it lies there in the clear.
    keep_failed: Positive = timedelta(days=7)
    reconcile: Positive = timedelta(minutes=5)
