"""Special functions: TensorFlow's ``tf.math.special`` and its relatives of `scipy.special`."""

from __future__ import annotations

from tapegrad.ops.bessel import (
    bessel_i0,
    bessel_i0e,
    bessel_i1,
    bessel_i1e,
    bessel_j0,
    bessel_j1,
    bessel_k0,
    bessel_k0e,
    bessel_k1,
    bessel_k1e,
    bessel_y0,
    bessel_y1,
    iv,
    ive,
    jv,
    kv,
    kve,
    yv,
)
from tapegrad.ops.division import xdivy, xexpy, xlog1py, xlogy
from tapegrad.ops.elliptic import ellipe, ellipeinc, ellipk, ellipkinc, ellipkm1
from tapegrad.ops.entropy import entr, kl_div, rel_entr
from tapegrad.ops.error_functions import dawsn, erfcinv, erfcx, log_ndtr, ndtr, ndtri, owens_t
from tapegrad.ops.gamma_functions import beta, betaln, gamma, lbeta, multigammaln
from tapegrad.ops.incomplete_beta import betainc
from tapegrad.ops.incomplete_gamma import igamma as gammainc
from tapegrad.ops.incomplete_gamma import igammac as gammaincc
from tapegrad.ops.incomplete_inverses import betaincinv, gammainccinv, gammaincinv
from tapegrad.ops.integrals import (
    exp1,
    expint,
    fresnel_cos,
    fresnel_sin,
    spence,
)
from tapegrad.ops.lambertw import lambertw
from tapegrad.ops.log_space import (
    expit,
    log1mexp,
    logaddexp,
    logaddexp2,
    logit,
    logsubexp,
    softplus_inverse,
)
from tapegrad.ops.logistic import log_sigmoid as log_expit
from tapegrad.ops.logistic import softplus
from tapegrad.ops.sinc import sinc
from tapegrad.ops.special import digamma, erf, erfc, erfinv, polygamma
from tapegrad.ops.special import lgamma as gammaln
from tapegrad.ops.zeta import zeta

#: TensorFlow Probability's names.
log_add_exp, log_sub_exp = logaddexp, logsubexp

__all__ = (
    "bessel_i0",
    "bessel_i0e",
    "bessel_i1",
    "bessel_i1e",
    "bessel_j0",
    "bessel_j1",
    "bessel_k0",
    "bessel_k0e",
    "bessel_k1",
    "bessel_k1e",
    "bessel_y0",
    "bessel_y1",
    "beta",
    "betainc",
    "betaincinv",
    "betaln",
    "dawsn",
    "digamma",
    "ellipe",
    "ellipeinc",
    "ellipk",
    "ellipkinc",
    "ellipkm1",
    "entr",
    "erf",
    "erfc",
    "erfcinv",
    "erfcx",
    "erfinv",
    "exp1",
    "expint",
    "expit",
    "fresnel_cos",
    "fresnel_sin",
    "gamma",
    "gammainc",
    "gammaincc",
    "gammainccinv",
    "gammaincinv",
    "gammaln",
    "iv",
    "ive",
    "jv",
    "kl_div",
    "kv",
    "kve",
    "lambertw",
    "lbeta",
    "log1mexp",
    "log_add_exp",
    "log_expit",
    "log_ndtr",
    "log_sub_exp",
    "logaddexp",
    "logaddexp2",
    "logit",
    "logsubexp",
    "multigammaln",
    "ndtr",
    "ndtri",
    "owens_t",
    "polygamma",
    "rel_entr",
    "sinc",
    "softplus",
    "softplus_inverse",
    "spence",
    "xdivy",
    "xexpy",
    "xlog1py",
    "xlogy",
    "yv",
    "zeta",
)
