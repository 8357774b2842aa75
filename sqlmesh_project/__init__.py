"""The SQLMesh project: models, metric SQL, and the factory that makes models of it."""

import os

# read by sqlmesh when it is imported. No worker processes, which are forked anew for every few models loaded or
# snapshots read and cost more than they save: 260 models took 14.0 s to load from nothing with two, 8.8 s without.
os.environ.setdefault("MAX_FORK_WORKERS", "1")
# no thread that sends statistics, for which every context would wait when it closes
os.environ.setdefault("SQLMESH__DISABLE_ANONYMIZED_ANALYTICS", "1")
