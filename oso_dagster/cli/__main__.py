"""`python -m oso_dagster.cli` is `oso`."""

import sys

from oso_dagster.cli.app import main

sys.exit(main())
