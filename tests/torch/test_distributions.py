"""Samples: their distribution, and their derivatives by the parameters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

import tapegrad.torch as torch
from tapegrad.torch.distributions import kl_divergence  # noqa: F401 - the package as a whole

D: Any = torch.distributions


def parameter(value: float) -> Any:
    return torch.tensor(value, dtype=torch.float64, requires_grad=True)


#: A distribution of parameters, their values, and SciPy's distribution of the same numbers.
SAMPLED: dict[str, tuple[Any, tuple[float, ...], Any]] = {
    "normal": (D.Normal, (0.5, 2.0), stats.norm),
    "uniform": (D.Uniform, (0.5, 2.0), lambda a, b: stats.uniform(a, b - a)),
    "laplace": (D.Laplace, (0.5, 2.0), stats.laplace),
    "cauchy": (D.Cauchy, (0.5, 2.0), stats.cauchy),
    "exponential": (D.Exponential, (2.0,), lambda r: stats.expon(scale=1 / r)),
    "small_gamma": (D.Gamma, (0.3, 2.0), lambda a, r: stats.gamma(a, scale=1 / r)),
    "large_gamma": (D.Gamma, (30.0, 2.0), lambda a, r: stats.gamma(a, scale=1 / r)),
    "chi2": (D.Chi2, (3.0,), stats.chi2),
    "inverse_gamma": (D.InverseGamma, (3.0, 2.0), lambda a, r: stats.invgamma(a, scale=r)),
    "beta": (D.Beta, (0.5, 2.0), stats.beta),
    "fisher": (D.FisherSnedecor, (3.0, 5.0), stats.f),
    "student": (D.StudentT, (3.0, 0.5, 2.0), stats.t),
    "log_normal": (D.LogNormal, (0.5, 0.5), lambda m, s: stats.lognorm(s, scale=np.exp(m))),
    "half_normal": (D.HalfNormal, (2.0,), lambda s: stats.halfnorm(scale=s)),
    "half_cauchy": (D.HalfCauchy, (2.0,), lambda s: stats.halfcauchy(scale=s)),
    "gumbel": (D.Gumbel, (0.5, 2.0), stats.gumbel_r),
    "weibull": (D.Weibull, (2.0, 1.5), lambda s, k: stats.weibull_min(k, scale=s)),
    "pareto": (D.Pareto, (2.0, 1.5), lambda s, a: stats.pareto(a, scale=s)),
    "generalized_pareto": (
        D.GeneralizedPareto,
        (0.5, 2.0, 0.3),
        lambda m, s, c: stats.genpareto(c, m, s),
    ),
    "von_mises": (D.VonMises, (0.5, 2.0), lambda m, k: stats.vonmises(k, m)),
    "kumaraswamy": (D.Kumaraswamy, (0.5, 2.0), None),
    "continuous_bernoulli": (D.ContinuousBernoulli, (0.3,), None),
}


@pytest.mark.parametrize("name", SAMPLED)
def test_samples_have_the_distribution(name: str) -> None:
    make, values, of_scipy = SAMPLED[name]
    torch.manual_seed(3)
    d = make(*[parameter(v) for v in values])
    x = d.sample((4000,)).numpy()
    known = (lambda v: d.cdf(torch.tensor(v)).detach().numpy()) if of_scipy is None else None
    result = stats.kstest(x, known or of_scipy(*values).cdf)
    assert result.pvalue > 1e-3


@pytest.mark.parametrize("name", [n for n in SAMPLED if n != "von_mises"])
def test_samples_move_with_their_quantile(name: str) -> None:
    """The probability of smaller values stays as it is when a parameter changes."""
    make, values, of_scipy = SAMPLED[name]
    if name in ("fisher", "student"):
        pytest.skip("a sample is made of two numbers: it is no quantile of either")
    torch.manual_seed(5)
    leaves = [parameter(v) for v in values]
    x = make(*leaves).rsample((20,))
    for i, leaf in enumerate(leaves):
        rates = torch.stack([torch.autograd.grad(v, leaf, retain_graph=True)[0] for v in x])
        if of_scipy is None:
            fixed = [v.detach().expand(20).clone().requires_grad_() for v in leaves]
            at = x.detach().clone().requires_grad_()
            p = make(*fixed).cdf(at).sum()
            by_parameter, density = torch.autograd.grad(p, [fixed[i], at])
            expected = (-by_parameter / density).numpy()
        else:
            h = 1e-5 * max(1.0, abs(values[i]))
            ends = [
                of_scipy(*[v + s * h * (j == i) for j, v in enumerate(values)]).cdf(
                    x.detach().numpy()
                )
                for s in (1, -1)
            ]
            density = of_scipy(*values).pdf(x.detach().numpy())
            expected = -(ends[0] - ends[1]) / (2 * h) / density
        np.testing.assert_allclose(rates.numpy(), expected, rtol=2e-4, atol=1e-8)


def test_gradients_of_means_of_ratios() -> None:
    """What is no quantile moves rightly on average: E[t**2] = n / (n - 2)."""
    torch.manual_seed(1)
    df = parameter(12.0)
    mean = D.StudentT(df).rsample((40_000,)).square().mean()
    (g,) = torch.autograd.grad(mean, df)
    assert abs(float(g) - (-2 / 100)) < 0.01
    one, two = parameter(6.0), parameter(30.0)
    mean = D.FisherSnedecor(one, two).rsample((40_000,)).mean()
    of_one, of_two = torch.autograd.grad(mean, [one, two])
    assert abs(float(of_one)) < 0.01
    assert abs(float(of_two) - (-2 / 28**2)) < 0.002


def test_counts_have_the_distribution() -> None:
    torch.manual_seed(2)
    n = 20_000
    for d, known in (
        (D.Poisson(3.0), stats.poisson(3.0)),
        (D.Binomial(7, torch.tensor(0.3)), stats.binom(7, 0.3)),
        (D.Geometric(0.3), stats.geom(0.3, loc=-1)),
        (D.NegativeBinomial(2.5, torch.tensor(0.4)), stats.nbinom(2.5, 0.6)),
        (D.Bernoulli(0.3), stats.bernoulli(0.3)),
    ):
        counts = np.bincount(d.sample((n,)).numpy().astype(int), minlength=8)[:8]
        expected = n * known.pmf(np.arange(8))
        spread = np.sqrt(expected + 1)
        assert (np.abs(counts - expected) < 4.5 * spread).all(), type(d).__name__
    weights = torch.tensor([0.2, 0.3, 0.5])
    drawn = D.Multinomial(10, weights).sample((n,))
    assert (drawn.sum(-1) == 10).all()
    np.testing.assert_allclose(drawn.mean(0).numpy(), 10 * weights.numpy(), atol=0.06)
    np.testing.assert_allclose(np.cov(drawn.numpy().T)[0], [1.6, -0.6, -1.0], atol=0.1)


def test_extreme_concentrations() -> None:
    torch.manual_seed(0)
    tiny = torch.full((1000,), 1e-3, requires_grad=True)
    x = D.Gamma(tiny, 1.0).rsample()
    assert (x > 0).all()
    x.sum().backward()
    assert torch.isfinite(tiny.grad).all()
    shares = D.Dirichlet(torch.full((1000, 3), 1e-3)).sample()
    assert torch.isfinite(shares).all()
    np.testing.assert_allclose(shares.sum(-1).numpy(), 1.0, rtol=1e-5)
    empty = D.Normal(torch.zeros(0), 1.0)
    assert empty.sample((3,)).shape == (3, 0)
    assert empty.log_prob(torch.zeros(0)).shape == (0,)


def test_one_seed_gives_the_same_samples() -> None:
    d = D.Independent(D.Gamma(torch.ones(3), 2.0), 1)
    torch.manual_seed(4)
    first = d.sample((2,))
    torch.manual_seed(4)
    assert torch.equal(first, d.sample((2,)))


def test_wishart_samples() -> None:
    torch.manual_seed(6)
    scale = torch.tensor([[2.0, 0.5], [0.5, 1.0]], dtype=torch.float64, requires_grad=True)
    df = parameter(5.0)
    d = D.Wishart(df, scale)
    x = d.rsample((20_000,))
    assert torch.linalg.eigvalsh(x.detach()).min() > 0
    np.testing.assert_allclose(x.mean(0).detach().numpy(), d.mean.detach().numpy(), atol=0.1)
    np.testing.assert_allclose(x.var(0).detach().numpy(), d.variance.detach().numpy(), rtol=0.06)
    by_df, by_scale = torch.autograd.grad(x.mean(0)[0, 1], [df, scale])
    assert abs(float(by_df) - 0.5) < 0.05
    np.testing.assert_allclose(by_scale.numpy(), [[0.0, 2.5], [2.5, 0.0]], atol=0.1)


def test_samples_of_correlations() -> None:
    torch.manual_seed(7)
    factors = D.LKJCholesky(3, 2.0).sample((5000,))
    correlations = (factors @ factors.mT).numpy()
    np.testing.assert_allclose(np.diagonal(correlations, axis1=1, axis2=2), 1.0, rtol=1e-5)
    # One correlation of D = 3 and eta = 2 is 2 B - 1 with B of Beta(2.5, 2.5).
    assert stats.kstest((correlations[:, 0, 1] + 1) / 2, stats.beta(2.5, 2.5).cdf).pvalue > 1e-3
