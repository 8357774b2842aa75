"""The lake: settings, calendar, catalog, commits and the read client. Imports no other package of the project."""
