"""OSS Directory: projects and collections as a tree of YAML files, every version of it."""

from dlt_sources.oss_directory.contract import (
    ARTIFACTS_BY_PROJECT,
    COLLECTIONS,
    PROJECTS,
    PROJECTS_BY_COLLECTION,
    QUARANTINE,
    TABLES,
    VERSIONS,
)
from dlt_sources.oss_directory.landing import land_directory, read_versions
from dlt_sources.oss_directory.trees import DirectoryError, Version

__all__ = [
    "ARTIFACTS_BY_PROJECT",
    "COLLECTIONS",
    "PROJECTS",
    "PROJECTS_BY_COLLECTION",
    "QUARANTINE",
    "TABLES",
    "VERSIONS",
    "DirectoryError",
    "Version",
    "land_directory",
    "read_versions",
]
