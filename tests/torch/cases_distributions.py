"""torch.distributions: values, gradients, samples, errors."""

from __future__ import annotations

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


def _add(topic: str, name: str, parameters: dict[str, Any], values: Any) -> None:
    def its_facts(torch: Any) -> Any:
        return facts(torch, name, parameters)

    def its_densities(torch: Any) -> Any:
        return densities(torch, name, parameters, values)

    def its_samples(torch: Any) -> Any:
        return samples(torch, name, parameters)

    for run, asked in (
        (its_facts, "facts"),
        (its_densities, "densities"),
        (its_samples, "samples"),
    ):
        run.__name__ = f"{asked}_of_{topic}"
        case("torch.distributions")(run)


for _topic, _entry in DISTRIBUTIONS.items():
    _add(_topic, *_entry)
