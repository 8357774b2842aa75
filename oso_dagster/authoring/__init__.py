"""What helps the authors of metrics: skeletons, lint, explanations, comparisons, previews, the catalogue's pages.

Data in, data out; `oso metrics` prints it. Needs no Dagster. In the order of an author's work: entries (where registry
entries stand), templates and skeleton (new), findings, sql_rules, entry_rules and lint, lineage and explain, changes
(diff), preview, and catalogue pages and snapshots.
"""
