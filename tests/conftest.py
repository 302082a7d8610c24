"""The servers that tests start, each module one server and its fixtures, and how hard Hypothesis looks."""

from hypothesis import settings

#: `make quick` looks at a few examples of each property; `make test` at Hypothesis' own number.
settings.register_profile("quick", max_examples=15)

pytest_plugins = [
    "tests.servers.databases",
    "tests.servers.postgres",
    "tests.servers.redis",
    "tests.servers.s3",
    "tests.chaos.fixtures",
    "tests.e2e.deployment",
]
