"""Laguerre series: sums of these polynomials, by rising degree."""

from __future__ import annotations

from numpy.polynomial import laguerre as _model

from tapegrad.numpy.polynomial.families import family

__all__, __getattr__ = family(_model)
