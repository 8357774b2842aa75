"""Dagster's concepts, one file each; `definitions.py` puts them together."""
