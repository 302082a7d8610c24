"""Make keys, rotate the wrapping key, and show where they stand."""

import typer

from commands.actor import ActorOption
from commands.opening import console, open_wiring
from config.logging import configure_logging
from config.settings import load_settings
from config.wiring import create_keys
from pipeline.adapters.database.rewrapping import rewrap, wrapping_keys
from pipeline.adapters.keys.sealing import UploadKey

app = typer.Typer(no_args_is_help=True)


@app.command()
def create() -> None:
    """Make the wrapping, signing and upload keys that are not there yet; back them up apart from the data."""
    settings = load_settings()
    configure_logging(settings.log.level)
    create_keys(settings)
    console.print(
        f"The keys are in {settings.keys.folder.expanduser()}. Without them nothing can be read: back them up."
    )


@app.command()
def status() -> None:
    """Show which wrapping key is current and how many data keys each one wraps."""
    wiring = open_wiring()
    console.print(f"Current wrapping key: {wiring.keys.wrapping_key_id}")
    for wrapping_key_id, count in wrapping_keys(wiring.ledger.database):
        console.print(f"  {wrapping_key_id}: {count} data keys")


@app.command()
def rotate(actor: ActorOption = "cli") -> None:
    """Make a new wrapping key and wrap every data key under it; no object is touched."""
    wiring = open_wiring()
    wiring.keys.rotate()
    count = rewrap(wiring.ledger.database, wiring.keys, actor)
    console.print(f"Wrapped {count} data keys under {wiring.keys.wrapping_key_id}. Back up the key file again.")


@app.command()
def public() -> None:
    """Print the public key that uploaders encrypt recordings to."""
    settings = load_settings()
    typer.echo(UploadKey(settings.keys.upload_key, apart_from=(settings.folder,)).public_keyset_json)
