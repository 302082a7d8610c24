"""Settings -> the store and its keys, without the rest of the wiring: a process that only stores loads no more."""

from typing import TYPE_CHECKING

from config.settings import Settings, StoreKind
from pipeline.adapters.keys.local_key_file import LocalKeyFile
from pipeline.adapters.store.local_folder import LocalFolderStore
from pipeline.ports import ObjectStore

if TYPE_CHECKING:
    # boto3 takes a while to import, and an embedded deployment never needs it.
    from pipeline.adapters.store.s3_client import S3Access


def wrapping_keys(settings: Settings) -> LocalKeyFile:
    """Return what wraps data keys."""
    return LocalKeyFile(settings.keys.wrapping_key, apart_from=(settings.folder,))


def object_store(settings: Settings) -> ObjectStore:
    """Return where objects lie."""
    if settings.store.kind is StoreKind.LOCAL:
        return LocalFolderStore(settings.folder / "objects")
    from pipeline.adapters.store.s3 import S3Store
    from pipeline.adapters.store.s3_client import s3_client

    return S3Store(s3_client(s3_access(settings)), settings.store.bucket)


def s3_access(settings: Settings) -> "S3Access":
    """Return where S3 is; the credentials come the way boto3 finds them."""
    from pipeline.adapters.store.s3_client import S3Access

    return S3Access(endpoint_url=settings.store.endpoint_url or None, region=settings.store.region)
