"""The servers that tests start, each module one server and its fixtures, and how hard Hypothesis looks."""

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
    "tests.e2e.deployment",
]
