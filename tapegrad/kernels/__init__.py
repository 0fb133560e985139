"""Numba: ndarrays in, ndarrays out. Imported only when a kernel is wanted."""
