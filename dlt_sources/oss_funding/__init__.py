"""Grants: CSV files in the layout of the oss-funding registry, from a URL, a file or a folder."""

from dlt_sources.oss_funding.contract import FILES, GRANTS, QUARANTINE, TABLES
from dlt_sources.oss_funding.files import FundingError
from dlt_sources.oss_funding.landing import land_funding

__all__ = ["FILES", "GRANTS", "QUARANTINE", "TABLES", "FundingError", "land_funding"]
