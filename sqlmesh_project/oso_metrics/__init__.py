"""The metrics: SQL files by subject in folders, and beside them what is made of each and what its numbers mean.

To add a metric, write a SQL file in a folder and an entry in the module of its family; `models/metrics_factories.py`
puts the families together. Terms in the descriptions: a contribution is a commit, or an issue or pull request opened,
or a pull request merged; a developer is a person with a commit; people exclude automated accounts (oso.int_bots), sums
of events do not.
"""
