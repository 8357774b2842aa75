"""`oso backup` and `oso restore`: an installation whole, and back."""

from pathlib import Path

import click

from oso_dagster.cli.output import load_settings

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command(short_help="Copy the installation whole, as it is at one moment.")
@click.argument("folder", type=FOLDER)
def backup(folder: Path) -> None:
    """Copy the installation into FOLDER, which must not exist yet. Readers and landings go on; computing waits.

    All but the cache is copied, sample world and clones of repositories too. A PostgreSQL database is copied first, by
    pg_dump; a warehouse in a bucket is not, and the command refuses.
    """
    from oso_dagster.maintenance.backup import backup as run

    copied = run(load_settings(), folder, log=lambda message: click.echo(message, err=True))
    click.echo(f"{copied.files:,} files, {copied.bytes:,} bytes of {copied.home} are in {folder}", err=True)


@click.command(short_help="Put a backup back.")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def restore(folder: Path) -> None:
    """Put the backup in FOLDER back at the home that it was made of, which must not exist or be empty.

    It cannot be put elsewhere: the tables name their files by absolute paths. A database is put back into the one of
    OSO_DATABASE_URL, which must be empty, by pg_restore.
    """
    from oso_dagster.maintenance.backup import restore as run

    copied = run(load_settings(), folder)
    click.echo(f"{copied.files:,} files are back in {copied.home}; `oso doctor` looks at it", err=True)
