"""What the tables of grants hold. A window is one file: its lines as they are now."""

import pyarrow as pa

from oso_lake.contracts import TIMESTAMP, TableContract, column

# USD: what converting the price of a token leaves has up to 16 digits after the point
USD = pa.decimal128(38, 18)

_FILE = column("file", pa.string(), "The file, relative to the folder it lies in.")

GRANTS = TableContract(
    name="oss_funding.grants",
    description="Grants as the files tell of them, one row a line.",
    identity=("file", "line"),
    schema=pa.schema(
        [
            _FILE,
            column("line", pa.int64(), "Line of the file on which it begins; the header is line 1."),
            column(
                "to_project_name",
                pa.string(),
                "Project that received it, as the directory names it; null when the line names nobody.",
                nullable=True,
            ),
            column("from_funder_name", pa.string(), "Who gave it."),
            column("amount", USD, "US dollars, at the time; 0 is an application that was given nothing."),
            column("funding_date", pa.date32(), "Day of the grant, as near as it is known."),
            column("grant_pool_name", pa.string(), "Round or programme; null when not given.", nullable=True),
            column("grant_name", pa.string(), "Title of the application; null when not given.", nullable=True),
            column(
                "metadata",
                pa.string(),
                "What else the file says, JSON as written, or one object of the columns metadata_*; null when nothing.",
                nullable=True,
            ),
        ]
    ),
)

QUARANTINE = TableContract(
    name="oss_funding.quarantine",
    description="Lines of the files that are no grants that can be counted, and columns that nobody knows.",
    schema=pa.schema(
        [
            _FILE,
            column("line", pa.int64(), "Line of the file on which it begins; 1 for a column."),
            column("reason", pa.string(), "What is wrong, with the cell at fault."),
            column("value", pa.string(), "The line's cells as JSON, cut at 2,000 characters."),
        ]
    ),
)

FILES = TableContract(
    name="oss_funding.files",
    description="Receipts: the files that were landed, as they were last read.",
    identity=("file",),
    schema=pa.schema(
        [
            _FILE,
            column("digest", pa.string(), "SHA-256 of its content: while it stays, the file is not landed again."),
            column("rows", pa.int64(), "Grants landed."),
            column("quarantined", pa.int64(), "Rows of the quarantine."),
            column("load_id", pa.string(), "The load that brought it."),
            column("landed_at", TIMESTAMP, "When that was."),
        ]
    ),
)

# commit order: the receipt says that the others are there
TABLES = (GRANTS, QUARANTINE, FILES)
