"""Unpacking hour files into one file of lines, with certainty that each was whole.

DuckDB's own gzip reader takes a truncated file for a shorter one. Here every byte passes zlib with its checksums
first; the lines go to disk, so that memory does not grow with the file, and many small hours are parsed as one.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO

READ_BYTES = 128 * 1024
CHUNK_BYTES = 2 * 1024 * 1024
GZIP = 31
# a line longer than this is not an event: the longest seen in real files had 245,761 characters
MAX_LINE_BYTES = 64 * 1024 * 1024
BLANK = b" \t\r\n"


class TruncatedError(Exception):
    """A gzip file that ends before its trailer."""


class CorruptError(Exception):
    """A file that is not gzip of lines."""


@dataclass
class Spool:
    """Lines of several hours in one file: `hours` are those in it, with their number of lines, in order."""

    path: Path
    hours: list[tuple[datetime, int]] = field(default_factory=list)
    size: int = 0
    longest_line: int = 0

    @property
    def lines(self) -> int:
        """Lines of all hours."""
        return sum(lines for _, lines in self.hours)

    def add(self, hour: datetime, gzip_file: Path) -> int:
        """Append an hour's non-blank lines and return their number.

        Raises TruncatedError or CorruptError, and then the spool is as before.
        """
        with self.path.open("ab") as out:
            try:
                lines = _Lines(out)
                for chunk in gunzip(gzip_file):
                    lines.write(chunk)
                lines.close()
            except (TruncatedError, CorruptError):
                out.flush()
                out.truncate(self.size)
                raise
        self.size += lines.size
        self.longest_line = max(self.longest_line, lines.longest)
        if lines.count:
            self.hours.append((hour, lines.count))
        return lines.count


def gunzip(path: Path) -> Iterator[bytes]:
    """The unpacked bytes of a gzip file of any number of members, in chunks of bounded size.

    Raises TruncatedError when the last member has no complete trailer, CorruptError when a checksum is wrong or what
    follows a member is not gzip.
    """
    decoder = None
    data = b""
    try:
        with path.open("rb") as file:
            while data := data or file.read(READ_BYTES):
                if decoder is None or decoder.eof:
                    # files may be padded with zeros after a member
                    data = data.lstrip(b"\0") if decoder else data
                    if not data:
                        continue
                    decoder = zlib.decompressobj(GZIP)
                yield decoder.decompress(data, CHUNK_BYTES)
                data = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
        while decoder and not decoder.eof and (rest := decoder.decompress(b"", CHUNK_BYTES)):
            yield rest
    except zlib.error as error:
        raise CorruptError(f"{path.name} is not whole: {error}") from error
    if decoder is None or not decoder.eof:
        raise TruncatedError(f"{path.name} ends before its gzip trailer, after {path.stat().st_size:,} bytes")


def count_lines(gzip_file: Path) -> int:
    """Lines of a gzip file, blank ones too; raises TruncatedError or CorruptError when it is not whole."""
    lines = 0
    last = b"\n"
    for chunk in gunzip(gzip_file):
        lines += chunk.count(b"\n")
        last = chunk[-1:] or last
    return lines + (last != b"\n")


def packed_lines(gzip_file: Path) -> Iterator[bytes]:
    """Each line of a gzip file."""
    tail = b""
    for chunk in gunzip(gzip_file):
        *lines, tail = (tail + chunk).split(b"\n")
        yield from lines
    if tail:
        yield tail


def file_lines(path: Path) -> Iterator[bytes]:
    """Each line of a plain file."""
    with path.open("rb") as file:
        yield from file


class _Lines:
    """Writes chunks as lines without blank ones; knows their number and a bound of the longest."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._tail = b""
        self.count = 0
        self.size = 0
        self.longest = 0

    def write(self, chunk: bytes) -> None:
        """Write the complete lines of what came so far."""
        data = self._tail + chunk
        end = data.rfind(b"\n") + 1
        self._tail = data[end:]
        if len(self._tail) > MAX_LINE_BYTES:
            raise CorruptError(f"a line is longer than {MAX_LINE_BYTES:,} bytes")
        self._put(data[:end])

    def close(self) -> None:
        """Write the last line when it has no newline."""
        if self._tail:
            self._put(self._tail + b"\n")

    def _put(self, lines: bytes) -> None:
        if not lines:
            return
        newlines = lines.count(b"\n")
        # the cheapest sign that no line is blank: every one begins with a brace
        if lines.count(b"\n{") + lines.startswith(b"{") != newlines:
            lines = b"".join(line + b"\n" for line in lines.split(b"\n") if line.strip(BLANK))
            newlines = lines.count(b"\n")
        self._out.write(lines)
        self.count += newlines
        self.size += len(lines)
        self.longest = max(self.longest, len(lines))
