"""Servers of a local stack: each module starts, watches and stops one kind of server, and only what it started."""
