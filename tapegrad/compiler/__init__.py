"""Functions and their signatures; for now they simply run."""
