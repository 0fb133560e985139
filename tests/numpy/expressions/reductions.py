"""Sums, means, extremes, quantiles, and their running forms."""

from __future__ import annotations

SMOOTH = """
np.sum(x); np.sum(A, axis=0); A.sum(axis=1, keepdims=True); A.sum((0, 1)); np.sum(x, where=b)
np.sum(x, initial=2.0); np.prod(x); A.prod(axis=-1); np.prod(x, where=b); np.mean(A); np.mean(A, 1)
A.mean(axis=(0, 1), keepdims=True); np.mean(x, where=b); np.mean([x, x + 2]); np.var(A)
np.var(A, 0, ddof=1); np.var(x, where=b); np.std(A, axis=1); x.std(); np.std(x, correction=1)
np.max(x); np.max(A, axis=0); np.min(A, 1); x.min(); np.amax(A); np.amin(x); np.max(x, initial=9.0)
np.max(x, where=b, initial=-9.0); np.ptp(A, 1); np.average(x); np.average(x, weights=u)
np.average(A, axis=1, weights=u); np.average(A, axis=0, weights=u[:3]); np.median(x)
np.median(A, 1); np.quantile(x, 0.3); np.quantile(A, [0.2, 0.7], axis=1); np.percentile(x, 40)
np.quantile(x, u); np.quantile(x, 0.4, method="inverted_cdf", weights=u)
np.percentile(A, [30, 60], axis=1, method="inverted_cdf", weights=u)
np.quantile(T, u[:2], axis=(0, 2), method="inverted_cdf", weights=np.ones((2, 4)))
np.nanquantile(x, 0.5, keepdims=True, method="inverted_cdf", weights=[1, 0, 2, 1])
np.quantile(x, 0.3, method="hazen"); np.nanmean(x); np.nansum(A, 0); np.nanmax(A, 1); np.nanmin(A)
np.nanprod(x); np.nanvar(A, 1); np.nanstd(x); np.nanmedian(x); np.nanquantile(x, 0.4)
np.nanpercentile(A, 40, axis=0); np.nancumsum(x); np.nancumprod(x); np.cumsum(x); np.cumsum(A, 1)
A.cumsum(); np.cumprod(x); np.cumprod(A, 0); np.cumulative_sum(x)
np.cumulative_sum(A, axis=1, include_initial=True); np.cumulative_prod(x)
"""

VALUES = """
np.cumulative_sum(s); np.cumulative_prod(s, include_initial=True); np.round(b)
np.angle(b); np.angle(n, True)
np.sum(s, axis=0); np.max(s, -1); np.nanmean(s, axis=0); np.nanstd(s, 0); np.ptp(s, -1)
np.nanmin(s, 0); np.sum(n[0], axis=0); np.cumsum(s, 0); np.median(np.zeros(0, complex))
np.nanmedian(z); np.max(np.array([1j, 1, np.nan])); np.nanmax(np.array([1j, 1, np.nan]))
np.nanmin(np.array([np.nan, np.nan + 1j])); np.maximum(z, [1, np.nan]); np.fmin(z, [1, np.nan])
np.max(z, initial=9); np.median(np.array([1j, 1, np.nan, 2])); np.mean(f); f.sum(); f.std()
np.mean(n); np.var(n); np.sum(n); np.sum(b); np.prod(m); np.sum(m); np.cumsum(m); np.max(n)
np.max(m, 0); np.ptp(n); np.median(n); np.average(n); np.mean(m, 1); np.sum(z); np.mean(z)
np.var(z); np.std(z); np.prod(z); np.max(z); np.nansum(w); np.nanmean(w); np.nanmax(w)
np.nanvar(w); np.nanmedian(w); np.nancumsum(w); np.nanprod(w); np.nanmin(w); np.nanstd(w)
np.nanquantile(w, 0.3); np.max(w); np.min(w); np.argmax(x); np.argmin(A, 1)
np.argmax(A, axis=0, keepdims=True); x.argmax(); np.nanargmax(w); np.nanargmin(w); np.all(b)
np.any(b); np.all(A > -9, axis=1); A.any(0); b.all(); np.count_nonzero(n)
np.count_nonzero(A > 0, axis=1, keepdims=True); np.sum(x, dtype=np.float32)
np.mean(n, dtype=np.float32); np.sum(np.zeros(0)); np.prod(np.zeros(0))
np.sum(np.zeros((0, 3)), 0); np.cumsum(np.zeros(0)); np.mean(np.zeros((3, 0)), 0)
np.max(np.zeros((3, 0)), 0); np.quantile(x, 0.5, keepdims=True); np.percentile(n, [25, 75])
n.cumsum(); n.mean()
"""

ERRORS = """
np.mean(s, axis=0); np.var(s, axis=0); np.cumsum(s, 1); np.max(s, 1); np.median(s, axis=0)
np.max(z[:0]); np.max(z, where=b[:2]); np.sum(x, axis=1); np.mean(A, axis=(0, 0))
np.max(np.zeros(0)); np.max(x, where=b); np.var(x, ddof=1, correction=1); np.quantile(x, 1.5)
np.cumsum(A, axis=3); np.average(A, weights=x)
"""
