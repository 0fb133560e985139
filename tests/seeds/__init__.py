"""Notebooks that people learn automatic differentiation with, run cell by cell."""
