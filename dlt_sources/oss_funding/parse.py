"""From a file's bytes to rows of the contracts; lines that are no grants that can be counted become quarantine rows."""

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from dlt_sources.oss_funding import cells
from dlt_sources.oss_funding.cells import CellError
from dlt_sources.oss_funding.files import FundingError

REQUIRED = ("to_project_name", "amount", "funding_date", "from_funder_name", "grant_pool_name")
OPTIONAL = ("grant_name", "metadata")
# what spreadsheets and merging scripts add, and says nothing of the grant
IGNORED = ("file_path", "")
METADATA_PREFIX = "metadata_"
LONGEST_VALUE = 2000

_INDEX = re.compile(r"Unnamed: \d+", re.ASCII)
Row = dict[str, Any]


@dataclass
class ParsedFile:
    """What a file says: rows of the grants and of the quarantine, without load ids."""

    file: str
    grants: list[Row] = field(default_factory=list)
    quarantine: list[Row] = field(default_factory=list)

    def refuse(self, line: int, reason: str, value: object) -> None:
        """Put a line into the quarantine."""
        text = json.dumps(value, ensure_ascii=False)[:LONGEST_VALUE]
        self.quarantine.append({"file": self.file, "line": line, "reason": reason, "value": text})


def parse_file(file: str, content: bytes) -> ParsedFile:
    """Read one file; raises FundingError when it is no CSV file of grants as a whole."""
    parsed = ParsedFile(file)
    records = _records(file, content)
    first = next(records, None)
    if first is None:
        raise FundingError(f"{file} is empty: it needs a header with {', '.join(REQUIRED)}")
    header = [name.strip() for name in first[1]]
    metadata = _check_header(parsed, header)
    for line, record in records:
        if not any(cell.strip() for cell in record):
            continue
        if len(record) != len(header):
            parsed.refuse(line, f"the line has {len(record)} cells, the header {len(header)}", record)
            continue
        named = dict(zip(header, record, strict=True))
        try:
            parsed.grants.append({"file": file, "line": line} | _grant(named, metadata))
        except CellError as error:
            parsed.refuse(line, str(error), named)
    return parsed


def _records(file: str, content: bytes) -> Iterator[tuple[int, list[str]]]:
    """The records of a file, each with the line it begins on."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FundingError(f"{file} is not UTF-8 (byte {error.start}): save it as CSV in UTF-8") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for record in reader:
            yield line, record
            line = reader.line_num + 1
    except csv.Error as error:
        raise FundingError(f"{file}, line {line}: not CSV: {error}") from None


def _check_header(parsed: ParsedFile, header: Sequence[str]) -> list[str]:
    """Refuse what nobody knows; returns the columns that make up the metadata. Raises FundingError."""
    if missing := [name for name in REQUIRED if name not in header]:
        raise FundingError(
            f"{parsed.file}, line 1: no column {', '.join(missing)}; the header is {', '.join(header)[:300]}"
        )
    known = {*REQUIRED, *OPTIONAL, *IGNORED}
    if twice := sorted({name for name in header if name and header.count(name) > 1}):
        raise FundingError(f"{parsed.file}, line 1: column {', '.join(twice)} is there twice")
    metadata = [name for name in header if name.startswith(METADATA_PREFIX) and "metadata" not in header]
    for name in header:
        if name not in known and name not in metadata and not _INDEX.fullmatch(name):
            parsed.refuse(1, f"unknown column {name!r}: its cells are not landed", list(header))
    return metadata


def _grant(named: Row, metadata: Sequence[str]) -> Row:
    funder = cells.name(named["from_funder_name"])
    if funder is None:
        raise CellError("from_funder_name is empty")
    return {
        "to_project_name": cells.name(named["to_project_name"]),
        "from_funder_name": funder,
        "amount": cells.amount(named["amount"]),
        "funding_date": cells.day(named["funding_date"]),
        "grant_pool_name": named["grant_pool_name"].strip() or None,
        "grant_name": named.get("grant_name", "").strip() or None,
        "metadata": _metadata(named, metadata),
    }


def _metadata(named: Row, columns: Sequence[str]) -> str | None:
    found = {name.removeprefix(METADATA_PREFIX): named[name] for name in columns if named[name].strip()}
    if found:
        return json.dumps(found, ensure_ascii=False)
    return named.get("metadata", "").strip() or None
