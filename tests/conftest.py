"""The servers that tests start; each module holds one server and its fixtures."""

pytest_plugins = [
    "tests.servers.databases",
    "tests.servers.postgres",
    "tests.servers.redis",
    "tests.servers.s3",
    "tests.chaos.fixtures",
    "tests.e2e.deployment",
]
