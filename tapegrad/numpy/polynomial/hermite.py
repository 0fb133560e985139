"""Hermite series: sums of these polynomials, by rising degree."""

from __future__ import annotations

from numpy.polynomial import hermite as _model

from tapegrad.numpy.polynomial.families import family

__all__, __getattr__ = family(_model)
