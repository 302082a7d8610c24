"""The servers that tests start; each module holds one server and its fixtures."""

pytest_plugins = [
    "tests.chaos.fixtures",
    "tests.servers.databases",
    "tests.servers.postgres",
    "tests.servers.redis",
    "tests.servers.s3",
]
