"""Housekeeping: what grows with every run and nobody needs any more. Each task says what would go, or does it."""
