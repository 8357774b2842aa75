"""How many Trino workers are wanted (decide.py), who needs them (leases.py), and who changes the number (drivers)."""
