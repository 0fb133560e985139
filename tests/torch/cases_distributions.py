"""torch.distributions: values, gradients, samples, errors."""

from __future__ import annotations

import warnings
from typing import Any

from tests.torch.distribution_programs import densities, facts, samples
from tests.torch.harness import case

#: A distribution, its parameters, and values of it.
DISTRIBUTIONS: dict[str, tuple[str, dict[str, Any], Any]] = {
    "normal": ("Normal", {"loc": [0.5, -1.0], "scale": [0.5, 2.0]}, [[0.0, 1.0], [2.0, -3.0]]),
    "normal_broadcast": ("Normal", {"loc": 0.5, "scale": [[0.5], [2.0]]}, [0.0, 1.0, 2.0]),
    "uniform": ("Uniform", {"low": [-1.0, 0.0], "high": [1.0, 3.0]}, [0.5, 2.0]),
    "laplace": ("Laplace", {"loc": [0.5, -1.0], "scale": [0.5, 2.0]}, [[0.1, 1.0], [2.0, -3.0]]),
    "cauchy": ("Cauchy", {"loc": [0.5, -1.0], "scale": [0.5, 2.0]}, [[0.0, 1.0], [2.0, -3.0]]),
    "bernoulli": ("Bernoulli", {"probs": [0.2, 0.5, 0.9]}, [[0.0, 1.0, 1.0], [1.0, 0.0, 0.0]]),
    "bernoulli_logits": ("Bernoulli", {"logits": [-1.0, 0.3]}, [[0.0, 1.0], [1.0, 0.0]]),
    "geometric": ("Geometric", {"probs": [0.2, 0.9]}, [[0.0, 3.0], [5.0, 1.0]]),
    "geometric_logits": ("Geometric", {"logits": [-1.0, 0.3]}, [2.0, 1.0]),
    "log_normal": (
        "LogNormal",
        {"loc": [0.5, -1.0], "scale": [0.5, 2.0]},
        [[0.1, 1.0], [2.0, 3.0]],
    ),
    "half_normal": ("HalfNormal", {"scale": [0.5, 2.0]}, [[0.1, 1.0], [2.0, 3.0]]),
    "half_cauchy": ("HalfCauchy", {"scale": [0.5, 2.0]}, [[0.1, 1.0], [2.0, 3.0]]),
    "logistic_normal": (
        "LogisticNormal",
        {"loc": [0.5, -1.0], "scale": [0.5, 2.0]},
        [[0.1, 0.3, 0.6], [0.5, 0.25, 0.25]],
    ),
    "independent": (
        "Independent",
        {
            "base_distribution": lambda torch: torch.distributions.Normal(
                torch.arange(6.0, dtype=torch.float64).reshape(2, 3), 2.0
            ),
            "reinterpreted_batch_ndims": 1,
        },
        [[0.5, 1.0, 2.0], [-1.0, 2.0, 3.0]],
    ),
    "affine_of_exponentials": (
        "TransformedDistribution",
        {
            "base_distribution": lambda torch: torch.distributions.Laplace(
                torch.zeros(2, dtype=torch.float64), 1.5
            ),
            "transforms": lambda torch: [
                torch.distributions.ExpTransform(),
                torch.distributions.AffineTransform(2.0, -3.0),
            ],
        },
        [[0.5, 1.0], [-1.0, -2.0]],
    ),
    "categorical": (
        "Categorical",
        {"probs": [[0.2, 0.3, 0.5], [1.0, 2.0, 5.0]]},
        [[0.0, 1.0], [2.0, 2.0]],
    ),
    "categorical_logits": ("Categorical", {"logits": [0.5, -1.0, 2.0]}, [0.0, 1.0, 2.0, 2.0]),
    "one_hot": (
        "OneHotCategorical",
        {"probs": [[0.2, 0.3, 0.5], [1.0, 2.0, 5.0]]},
        [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    ),
    "one_hot_straight": (
        "OneHotCategoricalStraightThrough",
        {"logits": [0.5, -1.0, 2.0]},
        [0.0, 1.0, 0.0],
    ),
}

#: Those with shape parameters, of counts, and of several variables.
MORE: dict[str, tuple[str, dict[str, Any], Any]] = {
    "exponential": ("Exponential", {"rate": [0.5, 2.0]}, [[0.1, 1.0], [2.0, 3.0]]),
    "gamma": (
        "Gamma",
        {"concentration": [0.5, 2.0, 30.0], "rate": [0.5, 2.0, 1.0]},
        [[0.1, 1.0, 20.0], [2.0, 3.0, 40.0]],
    ),
    "chi2": ("Chi2", {"df": [0.5, 2.0]}, [[0.1, 1.0], [2.0, 3.0]]),
    "inverse_gamma": (
        "InverseGamma",
        {"concentration": [0.5, 1.5, 3.0], "rate": [0.5, 2.0, 1.0]},
        [[0.1, 1.0, 2.0], [2.0, 3.0, 0.5]],
    ),
    "fisher": (
        "FisherSnedecor",
        {"df1": [1.0, 3.0, 4.0], "df2": [1.0, 3.0, 5.0]},
        [[0.1, 1.0, 2.0], [2.0, 3.0, 0.5]],
    ),
    "student": (
        "StudentT",
        {"df": [1.0, 1.5, 5.0], "loc": [0.0, 1.0, 2.0], "scale": [1.0, 2.0, 0.5]},
        [[0.1, 1.5, 2.0], [-2.0, 3.0, 0.5]],
    ),
    "beta": (
        "Beta",
        {"concentration1": [0.5, 2.0], "concentration0": [0.7, 3.0]},
        [[0.1, 0.5], [0.9, 0.3]],
    ),
    "dirichlet": (
        "Dirichlet",
        {"concentration": [[0.5, 0.7, 0.9], [2.0, 1.0, 3.0]]},
        [[0.1, 0.3, 0.6], [0.5, 0.25, 0.25]],
    ),
    "kumaraswamy": (
        "Kumaraswamy",
        {"concentration1": [0.5, 2.0], "concentration0": [0.7, 3.0]},
        [[0.1, 0.5], [0.9, 0.3]],
    ),
    "gumbel": ("Gumbel", {"loc": [0.5, -1.0], "scale": [0.5, 2.0]}, [[0.0, 1.0], [2.0, -3.0]]),
    "weibull": (
        "Weibull",
        {"scale": [0.5, 2.0], "concentration": [1.5, 2.0]},
        [[0.1, 1.0], [2.0, 3.0]],
    ),
    "pareto": ("Pareto", {"scale": [0.5, 1.0], "alpha": [2.5, 3.0]}, [[0.6, 1.5], [2.0, 3.0]]),
    "generalized_pareto": (
        "GeneralizedPareto",
        # In single precision: PyTorch's log_prob refuses doubles.
        {
            "loc": lambda torch: torch.tensor([0.0, 0.5, 0.0], requires_grad=True),
            "scale": lambda torch: torch.tensor([1.0, 2.0, 0.5], requires_grad=True),
            "concentration": lambda torch: torch.tensor([0.0, 0.3, -0.2], requires_grad=True),
        },
        lambda torch: torch.tensor([[0.6, 1.5, 2.0], [2.0, 3.0, 0.1]]),
    ),
    "poisson": ("Poisson", {"rate": [0.5, 4.0]}, [[0.0, 1.0], [2.0, 7.0]]),
    "binomial": ("Binomial", {"total_count": 5, "probs": [0.2, 0.7]}, [[0.0, 1.0], [2.0, 5.0]]),
    "binomial_logits": (
        "Binomial",
        {"total_count": lambda torch: torch.tensor([3.0, 5.0]), "logits": [-1.0, 0.0]},
        [[0.0, 1.0], [2.0, 5.0]],
    ),
    "negative_binomial": (
        "NegativeBinomial",
        {"total_count": [2.5, 4.0], "probs": [0.2, 0.7]},
        [[0.0, 1.0], [2.0, 5.0]],
    ),
    "von_mises": ("VonMises", {"loc": [0.5, -1.0], "concentration": [0.5, 20.0]}, [0.1, -2.0]),
    "continuous_bernoulli": (
        "ContinuousBernoulli",
        {"probs": [0.2, 0.5, 0.5004, 0.9]},
        [[0.1, 0.2, 0.6, 0.9], [0.3, 0.3, 0.3, 0.3]],
    ),
    "continuous_bernoulli_logits": (
        "ContinuousBernoulli",
        {"logits": [0.2, -3.0]},
        [[0.1, 0.2], [0.0, 1.0]],
    ),
    "normal_vectors": (
        "MultivariateNormal",
        {
            "loc": [[0.5, -1.0], [0.0, 1.0], [1.0, 1.0]],
            "covariance_matrix": [[2.0, 0.5], [0.5, 1.0]],
        },
        [[0.1, 0.2], [0.3, -2.0], [0.0, 0.0]],
    ),
    "normal_vectors_by_factor": (
        "MultivariateNormal",
        {"loc": [0.5, -1.0], "scale_tril": [[[2.0, 0.0], [0.5, 1.0]], [[1.0, 0.0], [1.0, 3.0]]]},
        [[0.1, 0.2], [0.3, -2.0]],
    ),
    "normal_vectors_by_precision": (
        "MultivariateNormal",
        {"loc": [0.5, -1.0], "precision_matrix": [[2.0, 0.5], [0.5, 1.0]]},
        [[0.1, 0.2], [0.3, -2.0]],
    ),
    "low_rank": (
        "LowRankMultivariateNormal",
        {
            "loc": [0.5, -1.0, 0.0],
            "cov_factor": [[[2.0], [0.5], [1.0]], [[1.0], [1.0], [-1.0]]],
            "cov_diag": [1.0, 0.5, 2.0],
        },
        [[0.1, 0.2, 0.0], [0.3, -2.0, 1.0]],
    ),
    "relaxed_bernoulli": (
        "RelaxedBernoulli",
        {"temperature": [0.7], "probs": [0.2, 0.6]},
        [[0.1, 0.5], [0.3, 0.9]],
    ),
    "relaxed_one_hot": (
        "RelaxedOneHotCategorical",
        {
            "temperature": lambda torch: torch.tensor(0.7, dtype=torch.float64, requires_grad=True),
            "logits": [0.2, 0.6, -1.0],
        },
        [[0.1, 0.5, 0.4], [0.3, 0.6, 0.1]],
    ),
    "mixture": (
        "MixtureSameFamily",
        {
            "mixture_distribution": lambda torch: torch.distributions.Categorical(
                torch.tensor([[0.2, 0.8], [0.5, 0.5]], dtype=torch.float64)
            ),
            "component_distribution": lambda torch: torch.distributions.Normal(
                torch.tensor([[0.0, 1.0], [-1.0, 2.0]], dtype=torch.float64), 0.5
            ),
        },
        [[0.1, 0.5], [0.3, 0.6]],
    ),
    "mixture_of_vectors": (
        "MixtureSameFamily",
        {
            "mixture_distribution": lambda torch: torch.distributions.Categorical(
                logits=torch.tensor([0.2, 0.8], dtype=torch.float64)
            ),
            "component_distribution": lambda torch: torch.distributions.Independent(
                torch.distributions.Normal(
                    torch.arange(6.0, dtype=torch.float64).reshape(2, 3), 0.5
                ),
                1,
            ),
        },
        [[0.1, 0.5, 2.0], [0.3, 0.6, 1.0]],
    ),
    "correlations": (
        "LKJCholesky",
        {"dim": 3, "concentration": [0.5, 2.0]},
        [
            [[1.0, 0.0, 0.0], [0.6, 0.8, 0.0], [0.0, 0.6, 0.8]],
            [[1.0, 0.0, 0.0], [0.8, 0.6, 0.0], [0.48, 0.6, 0.64]],
        ],
    ),
    "wishart": (
        "Wishart",
        {"df": [4.0, 5.5], "covariance_matrix": [[2.0, 0.5], [0.5, 1.0]]},
        [[[3.0, 0.5], [0.5, 4.0]], [[8.0, 1.5], [1.5, 5.0]]],
    ),
    "wishart_by_factor": (
        "Wishart",
        {
            "df": 3.5,
            "scale_tril": lambda torch: torch.tensor([[2.0, 0.0], [0.5, 1.0]], dtype=torch.float64),
        },
        [[[3.0, 0.5], [0.5, 4.0]], [[8.0, 1.5], [1.5, 5.0]]],
    ),
    "multinomial": (
        "Multinomial",
        {"total_count": 4, "probs": [[0.2, 0.3, 0.5], [1.0, 2.0, 5.0]]},
        [[1.0, 1.0, 2.0], [0.0, 0.0, 4.0]],
    ),
}

#: What PyTorch computes in single precision, or by an approximation of as many digits.
ROUGH = {"generalized_pareto": 1e-5, "von_mises": 3e-6}


def without_warnings(run: Any) -> Any:
    """The same without what is warned of."""

    def silently(torch: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return run(torch)

    return silently


def _add(
    rtol: float | None, topic: str, name: str, parameters: dict[str, Any], values: Any
) -> None:
    def its_facts(torch: Any) -> Any:
        return facts(torch, name, parameters)

    def its_densities(torch: Any) -> Any:
        return densities(torch, name, parameters, values)

    def its_samples(torch: Any) -> Any:
        return samples(torch, name, parameters)

    if name == "Wishart":  # PyTorch warns of samples that are not singular
        its_facts = without_warnings(its_facts)
    for run, asked in (
        (its_facts, "facts"),
        (its_densities, "densities"),
        (its_samples, "samples"),
    ):
        if name == "Wishart" and asked == "samples":
            continue  # gradients of PyTorch's samples fail now and then: see test_distributions.py
        run.__name__ = f"{asked}_of_{topic}"
        # PyTorch's trigamma function has 9 digits.
        case("torch.distributions", rtol=rtol)(run)


for _topic, _entry in DISTRIBUTIONS.items():
    _add(None, _topic, *_entry)
for _topic, _entry in MORE.items():
    _add(ROUGH.get(_topic, 1e-7), _topic, *_entry)


@case("torch.xlogy")
def logarithms_without_factor(torch: Any) -> Any:
    x = torch.tensor([0.0, 0.0, 0.0, 2.0, 0.0], requires_grad=True)
    y = torch.tensor([3.0, 0.0, float("nan"), 0.5, -1.0], requires_grad=True)
    found = []
    for f, z in ((torch.xlogy, y), (torch.special.xlog1py, y - 1)):
        value = f(x, z)
        found += [value.detach(), torch.autograd.grad(value.sum(), x)]
    return found
