"""What the tables of the directory hold. A window is one version: the directory as a whole at one commit."""

import pyarrow as pa

from oso_lake.contracts import TIMESTAMP, TableContract, column

_VERSION = column(
    "version", pa.string(), "The version: a commit of the directory, or a digest of a plain folder's files."
)
_VERSION_AT = column(
    "version_at",
    TIMESTAMP,
    "From when it holds: the time of the commit (later than that of the version before, whatever the clocks said), "
    "or when the folder was read.",
)
_PROJECT = column("project_slug", pa.string(), "Slug of the project.")

PROJECTS = TableContract(
    name="oss_directory.projects",
    description="The projects of each version of the directory.",
    identity=("version", "slug"),
    schema=pa.schema(
        [
            _VERSION,
            _VERSION_AT,
            column("slug", pa.string(), "Name of the project, unique within a version; always text, also `0x3327`."),
            column("display_name", pa.string(), "Name for people, without control and direction characters."),
            column(
                "description", pa.string(), "What it is, as the directory says; null when it does not.", nullable=True
            ),
            column("path", pa.string(), "File it comes from, relative to the directory's root."),
        ]
    ),
)

COLLECTIONS = TableContract(
    name="oss_directory.collections",
    description="The collections of each version of the directory.",
    identity=("version", "slug"),
    schema=pa.schema(
        [
            _VERSION,
            _VERSION_AT,
            column("slug", pa.string(), "Name of the collection, unique within a version."),
            column("display_name", pa.string(), "Name for people, without control and direction characters."),
            column(
                "description", pa.string(), "What it is, as the directory says; null when it does not.", nullable=True
            ),
        ]
    ),
)

PROJECTS_BY_COLLECTION = TableContract(
    name="oss_directory.projects_by_collection",
    description="Which projects each collection lists, each once, in each version. A project listed may not exist.",
    identity=("version", "collection_slug", "project_slug"),
    schema=pa.schema([_VERSION, _VERSION_AT, column("collection_slug", pa.string(), "The collection."), _PROJECT]),
)

ARTIFACTS_BY_PROJECT = TableContract(
    name="oss_directory.artifacts_by_project",
    description="The artifacts of each project, each once, in each version; one row per address and network.",
    identity=("version", "project_slug", "artifact_source", "namespace", "name"),
    schema=pa.schema(
        [
            _VERSION,
            _VERSION_AT,
            _PROJECT,
            column("artifact_source", pa.string(), "GITHUB, NPM, CRATES, PYPI, GO or BLOCKCHAIN."),
            column(
                "artifact_type",
                pa.string(),
                "`repository`, `owner` (all repositories of it), `package`, or the first that applies of an address's "
                "tags: contract, factory, proxy, bridge, safe, deployer, creator, eoa, wallet.",
            ),
            column(
                "namespace", pa.string(), "Owner in lower case, npm scope, or network (`any_evm`: all); else empty."
            ),
            column(
                "name", pa.string(), "Repository in lower case (empty for an owner), package, or address in lower case."
            ),
            column("url", pa.string(), "Its canonical URL; empty for addresses."),
        ]
    ),
)

QUARANTINE = TableContract(
    name="oss_directory.quarantine",
    description="Files and entries of a version that break its layout, with the reason; all else of it was landed.",
    schema=pa.schema(
        [
            _VERSION,
            column("path", pa.string(), "The file, relative to the directory's root."),
            column("reason", pa.string(), "What is wrong, with line and key where there is one."),
            column("value", pa.string(), "The value at fault, cut at 500 characters."),
        ]
    ),
)

VERSIONS = TableContract(
    name="oss_directory.versions",
    description="Receipts: the versions of the directory that were landed.",
    identity=("version",),
    schema=pa.schema(
        [_VERSION, _VERSION_AT, column("load_id", pa.string(), "dlt load package that brought the version.")]
    ),
)

TABLES = (PROJECTS, COLLECTIONS, PROJECTS_BY_COLLECTION, ARTIFACTS_BY_PROJECT, QUARANTINE, VERSIONS)
