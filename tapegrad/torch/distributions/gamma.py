"""The gamma distribution and its relatives: exponential, chi-squared, inverse gamma, F, t."""

from __future__ import annotations

import math
from typing import Any

import tapegrad.torch as torch
from tapegrad.torch.distributions import constraints
from tapegrad.torch.distributions.distribution import ExponentialFamily, checked
from tapegrad.torch.distributions.documentation import documented
from tapegrad.torch.distributions.parametric import Parametric, constrained
from tapegrad.torch.distributions.transformed_distribution import TransformedDistribution
from tapegrad.torch.distributions.transforms import PowerTransform
from tapegrad.torch.distributions.utils import _standard_normal
from tapegrad.torch.sampling import _standard_gamma

__all__ = ["Chi2", "Exponential", "FisherSnedecor", "Gamma", "InverseGamma", "StudentT"]


@documented("torch.distributions.Exponential(2.0).log_prob(torch.tensor(1.0))")
class Exponential(Parametric, ExponentialFamily):
    r"""The exponential distribution, :math:`\lambda e^{-\lambda x}`."""

    arg_constraints = constrained(rate=constraints.positive)
    support: Any = constraints.nonnegative
    has_rsample = True
    _mean_carrier_measure: Any = 0

    def __init__(self, rate: Any, validate_args: bool | None = None) -> None:
        self._settle(validate_args, rate=rate)

    @property
    def mean(self) -> Any:
        """One over the rate."""
        return self.rate.reciprocal()

    stddev = mean

    @property
    def mode(self) -> Any:
        """0."""
        return torch.zeros_like(self.rate)

    @property
    def variance(self) -> Any:
        """One over the squared rate."""
        return self.rate.pow(-2)

    def rsample(self, sample_shape: Any = ()) -> Any:
        """``z / rate`` for standard exponential numbers z."""
        shape = self._extended_shape(sample_shape)
        return torch.empty(shape, dtype=self.rate.dtype).exponential_() / self.rate

    @checked
    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        return self.rate.log() - self.rate * value

    @checked
    def cdf(self, value: Any) -> Any:
        """The probability of values up to this one."""
        return 1 - torch.exp(-self.rate * value)

    def icdf(self, value: Any) -> Any:
        """The inverse of `cdf`."""
        return -torch.log1p(-value) / self.rate

    def entropy(self) -> Any:
        """The entropy."""
        return 1.0 - torch.log(self.rate)

    @property
    def _natural_params(self) -> Any:
        return (-self.rate,)

    def _log_normalizer(self, x: Any) -> Any:
        return -torch.log(-x)


@documented("torch.distributions.Gamma(2.0, 1.0).log_prob(torch.tensor(1.0))")
class Gamma(Parametric, ExponentialFamily):
    r"""The gamma distribution, :math:`\beta^\alpha x^{\alpha - 1} e^{-\beta x} / \Gamma(\alpha)`.

    Samples move with `concentration` as the quantiles that they are (Figurnov, Mohamed and Mnih,
    "Implicit reparameterization gradients", 2018), in derivatives of every order.
    """

    arg_constraints = constrained(concentration=constraints.positive, rate=constraints.positive)
    support: Any = constraints.nonnegative
    has_rsample = True
    _mean_carrier_measure: Any = 0

    def __init__(self, concentration: Any, rate: Any, validate_args: bool | None = None) -> None:
        self._settle(validate_args, concentration=concentration, rate=rate)

    @property
    def mean(self) -> Any:
        """``concentration / rate``."""
        return self.concentration / self.rate

    @property
    def mode(self) -> Any:
        """``(concentration - 1) / rate``, at least 0."""
        return ((self.concentration - 1) / self.rate).clamp(min=0)

    @property
    def variance(self) -> Any:
        """``concentration / rate**2``."""
        return self.concentration / self.rate.pow(2)

    def rsample(self, sample_shape: Any = ()) -> Any:
        """``z / rate`` for gamma numbers z of scale 1."""
        shape = self._extended_shape(sample_shape)
        return _standard_gamma(self.concentration.expand(shape)) / self.rate.expand(shape)

    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        value = torch.as_tensor(value, dtype=self.rate.dtype)
        if self._validate_args:
            self._validate_sample(value)
        powers = torch.xlogy(self.concentration, self.rate)
        powers = powers + torch.xlogy(self.concentration - 1, value)
        return powers - self.rate * value - torch.lgamma(self.concentration)

    @checked
    def cdf(self, value: Any) -> Any:
        """The probability of values up to this one; differentiable by `concentration`, too."""
        return torch.special.gammainc(self.concentration, self.rate * value)

    def entropy(self) -> Any:
        """The entropy."""
        a = self.concentration
        return a - torch.log(self.rate) + torch.lgamma(a) + (1.0 - a) * torch.digamma(a)

    @property
    def _natural_params(self) -> Any:
        return self.concentration - 1, -self.rate

    def _log_normalizer(self, x: Any, y: Any) -> Any:
        return torch.lgamma(x + 1) + (x + 1) * torch.log(-y.reciprocal())


@documented("torch.distributions.Chi2(2.0).log_prob(torch.tensor(1.0))")
class Chi2(Gamma):
    """Sums of as many squares of standard normal numbers as there are degrees of freedom."""

    arg_constraints = constrained(df=constraints.positive)

    def __init__(self, df: Any, validate_args: bool | None = None) -> None:
        Gamma.__init__(self, 0.5 * df, 0.5, validate_args=validate_args)

    @property
    def df(self) -> Any:
        """Degrees of freedom."""
        return self.concentration * 2


@documented("torch.distributions.InverseGamma(2.0, 1.0).log_prob(torch.tensor(1.0))")
class InverseGamma(TransformedDistribution):
    """One over gamma numbers."""

    arg_constraints = constrained(concentration=constraints.positive, rate=constraints.positive)
    support: Any = constraints.positive
    has_rsample = True

    def __init__(self, concentration: Any, rate: Any, validate_args: bool | None = None) -> None:
        base = Gamma(concentration, rate, validate_args=validate_args)
        inverse = PowerTransform(-base.rate.new_ones(()))
        super().__init__(base, inverse, validate_args=validate_args)

    @property
    def concentration(self) -> Any:
        """The shape parameter."""
        return self.base_dist.concentration

    @property
    def rate(self) -> Any:
        """The rate of the gamma numbers."""
        return self.base_dist.rate

    @property
    def mean(self) -> Any:
        """``rate / (concentration - 1)``; infinite for concentrations up to 1."""
        found = self.rate / (self.concentration - 1)
        return torch.where(self.concentration > 1, found, math.inf)

    @property
    def mode(self) -> Any:
        """``rate / (concentration + 1)``."""
        return self.rate / (self.concentration + 1)

    @property
    def variance(self) -> Any:
        """Infinite for concentrations up to 2."""
        a = self.concentration
        found = self.rate.square() / ((a - 1).square() * (a - 2))
        return torch.where(a > 2, found, math.inf)

    def entropy(self) -> Any:
        """The entropy."""
        a = self.concentration
        return a + self.rate.log() + a.lgamma() - (1 + a) * a.digamma()


@documented(
    "torch.distributions.FisherSnedecor(2.0, 4.0).log_prob(torch.tensor(1.0))",
    df1="Degrees of freedom of the numerator.",
    df2="Degrees of freedom of the denominator.",
)
class FisherSnedecor(Parametric):
    """Ratios of two chi-squared numbers, each over its degrees of freedom."""

    arg_constraints = constrained(df1=constraints.positive, df2=constraints.positive)
    support: Any = constraints.positive
    has_rsample = True

    def __init__(self, df1: Any, df2: Any, validate_args: bool | None = None) -> None:
        self._settle(validate_args, df1=df1, df2=df2)
        self._gamma1 = Gamma(self.df1 * 0.5, self.df1)
        self._gamma2 = Gamma(self.df2 * 0.5, self.df2)

    @property
    def mean(self) -> Any:
        """``df2 / (df2 - 2)``; NaN where there is none."""
        df2 = torch.where(self.df2 <= 2, math.nan, self.df2)
        return df2 / (df2 - 2)

    @property
    def mode(self) -> Any:
        """NaN for 2 or less degrees of freedom of the numerator."""
        found = (self.df1 - 2) / self.df1 * self.df2 / (self.df2 + 2)
        return torch.where(self.df1 <= 2, math.nan, found)

    @property
    def variance(self) -> Any:
        """NaN where there is none."""
        df2 = torch.where(self.df2 <= 4, math.nan, self.df2)
        below = self.df1 * (df2 - 2).pow(2) * (df2 - 4)
        return 2 * df2.pow(2) * (self.df1 + df2 - 2) / below

    def rsample(self, sample_shape: Any = ()) -> Any:
        """The ratio of two gamma numbers."""
        tiny = torch.finfo(self.df2.dtype).tiny
        below = self._gamma2.rsample(sample_shape).clamp(min=tiny)
        return (self._gamma1.rsample(sample_shape) / below).clamp(min=tiny)

    @checked
    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        a, b, ratio = self.df1 * 0.5, self.df2 * 0.5, self.df1 / self.df2
        factor = (a + b).lgamma() - a.lgamma() - b.lgamma()
        powers = a * ratio.log() + (a - 1) * torch.log(value)
        return factor + powers - (a + b) * torch.log1p(ratio * value)


@documented("torch.distributions.StudentT(2.0).log_prob(torch.tensor(1.0))")
class StudentT(Parametric):
    """Student's t: normal numbers over roots of chi-squared ones."""

    arg_constraints = constrained(
        df=constraints.positive, loc=constraints.real, scale=constraints.positive
    )
    support: Any = constraints.real
    has_rsample = True

    def __init__(
        self, df: Any, loc: Any = 0.0, scale: Any = 1.0, validate_args: bool | None = None
    ) -> None:
        self._settle(validate_args, df=df, loc=loc, scale=scale)
        self._chi2 = Chi2(self.df)

    @property
    def mean(self) -> Any:
        """`loc`; NaN for a single degree of freedom or less."""
        return torch.where(self.df <= 1, math.nan, self.loc)

    @property
    def mode(self) -> Any:
        """`loc`."""
        return self.loc

    @property
    def variance(self) -> Any:
        """Infinite up to 2 degrees of freedom, NaN up to 1."""
        more = torch.where(self.df > 2, self.df, 3.0)
        found = torch.where(self.df > 2, self.scale.pow(2) * more / (more - 2), math.inf)
        return torch.where(self.df <= 1, math.nan, found)

    def rsample(self, sample_shape: Any = ()) -> Any:
        """Normal numbers over roots of chi-squared ones."""
        x = _standard_normal(self._extended_shape(sample_shape), self.df.dtype)
        z = self._chi2.rsample(sample_shape)
        return self.loc + self.scale * (x * torch.rsqrt(z / self.df))

    @checked
    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        y = (value - self.loc) / self.scale
        half = 0.5 * (self.df + 1.0)
        factor = self.scale.log() + 0.5 * self.df.log() + 0.5 * math.log(math.pi)
        factor = factor + torch.lgamma(0.5 * self.df) - torch.lgamma(half)
        return -half * torch.log1p(y**2.0 / self.df) - factor

    def entropy(self) -> Any:
        """The entropy."""
        half = 0.5 * (self.df + 1)
        beta = torch.lgamma(0.5 * self.df) + math.lgamma(0.5) - torch.lgamma(half)
        rest = half * (torch.digamma(half) - torch.digamma(0.5 * self.df))
        return self.scale.log() + rest + 0.5 * self.df.log() + beta
