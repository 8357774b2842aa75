"""Puts a finished file into an object store and keeps the newest few: what the backup CronJob does with its dump.

`python -m oso_dagster.maintenance.offsite FILE URL --keep N`. URL is a folder, `s3://bucket/prefix` or `file:///...`;
for S3 the endpoint, region and keys come from OSO_S3_*.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

import click
from pyarrow import fs

PART_BYTES = 8 * 1024 * 1024


def open_store(url: str) -> tuple[fs.FileSystem, str]:
    """The file system of `url`, and the folder in it; raises ValueError for another kind of URL."""
    scheme, _, path = url.partition("://")
    if scheme == "file":
        return fs.LocalFileSystem(), path.rstrip("/")
    if scheme != "s3" or not path:
        raise ValueError(f"backups go to s3://bucket/prefix or file:///folder, not to {url!r}")
    names = {
        "endpoint_override": "OSO_S3_ENDPOINT",
        "region": "OSO_S3_REGION",
        "access_key": "OSO_S3_ACCESS_KEY",
        "secret_key": "OSO_S3_SECRET_KEY",
    }
    options = {option: os.environ[name] for option, name in names.items() if os.environ.get(name)}
    return fs.S3FileSystem(**options), path.rstrip("/")


def put(file: Path, url: str, *, keep: int, now: datetime) -> tuple[str, list[str]]:
    """Copy `file` there under its name and the time; returns its path, and those of older copies that were taken out.

    Older ones go only after the new one is there with all of its bytes. Raises OSError where it is not.
    """
    store, folder = open_store(url)
    target = f"{folder}/{file.stem}-{now:%Y%m%dT%H%M%SZ}{file.suffix}"
    store.create_dir(folder, recursive=True)
    with file.open("rb") as source, store.open_output_stream(target) as sink:
        while part := source.read(PART_BYTES):
            sink.write(part)
    stored, expected = store.get_file_info(target).size, file.stat().st_size
    if stored != expected:
        raise OSError(f"{target} has {stored} bytes in the store, {file} has {expected}")
    copies = [info.path for info in store.get_file_info(fs.FileSelector(folder)) if info.is_file]
    ours = sorted(path for path in copies if path.rpartition("/")[2].startswith(f"{file.stem}-"))
    old = ours[: max(0, len(ours) - keep)]
    for path in old:
        store.delete_file(path)
    return target, old


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("url")
@click.option("--keep", type=click.IntRange(min=1), default=30, show_default=True, help="Copies that stay.")
def main(file: Path, url: str, keep: int) -> None:
    """Copy FILE into the folder URL, and keep the newest copies."""
    target, old = put(file, url, keep=keep, now=datetime.now(UTC))
    click.echo(f"stored {target}; {len(old)} older copies taken out")


if __name__ == "__main__":
    main()
