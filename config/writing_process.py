"""The process that stores recordings: ``python -m config.writing_process FD``."""

import sys
from multiprocessing.connection import Connection

from config.settings import Settings
from config.storing import object_store, wrapping_keys
from pipeline.adapters.isolation.child import harden
from pipeline.adapters.store.encrypted import EncryptedArtifactStore
from pipeline.adapters.store.writing import write_for
from pipeline.storing import Storing


def main() -> None:
    """Read the settings, then store what the parent sends until it is gone."""
    harden()
    channel = Connection(int(sys.argv[1]))
    settings = Settings(**channel.recv())
    artifacts = EncryptedArtifactStore(object_store(settings), wrapping_keys(settings))
    write_for(channel, Storing(artifacts, settings.recording.max_bytes))


if __name__ == "__main__":
    main()
