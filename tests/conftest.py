"""The servers that tests start, how hard Hypothesis looks, and where tests write."""

import os
import shutil
from pathlib import Path

from hypothesis import HealthCheck, settings

#: How long an example takes says how busy the machine is; benchmarks measure time, tests do not.
_UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

#: `make quick` looks at a few examples of each property; `make test` at Hypothesis' own number.
settings.register_profile("quick", _UNTIMED, max_examples=15)
settings.register_profile("whole", _UNTIMED)
settings.load_profile("whole")

pytest_plugins = [
    "tests.servers.chromium",
    "tests.servers.databases",
    "tests.servers.postgres",
    "tests.servers.redis",
    "tests.servers.s3",
    "tests.servers.transcriptions",
    "tests.chaos.fixtures",
]

#: Tests crash processes and never the machine, so what they write may lie in memory, where no disk is waited for.
_MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes folders of its own in it
#: A large recording, a few times over.
_ROOM = 4_000_000_000

if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))
