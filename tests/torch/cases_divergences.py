"""torch.distributions.kl_divergence: every pair that has a formula, and those that have none."""

from __future__ import annotations

from typing import Any

from tests.torch.harness import case, raised

#: Two distributions of each family: a class and its parameters, for three distributions each.
FAMILIES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "Bernoulli": ({"probs": [0.2, 0.5, 0.9]}, {"probs": [0.3, 0.5, 0.4]}),
    "Beta": (
        {"concentration1": [0.5, 2.0, 1.0], "concentration0": [0.7, 3.0, 1.0]},
        {"concentration1": [1.5, 2.0, 3.0], "concentration0": [0.7, 1.0, 2.0]},
    ),
    "Binomial": (
        {"total_count": 5, "probs": [0.2, 0.5, 0.9]},
        {"total_count": 5, "probs": [0.3, 0.5, 0.4]},
    ),
    "Categorical": (
        {"probs": [[0.2, 0.8], [0.5, 0.5], [1.0, 0.0]]},
        {"logits": [[0.2, 0.8], [0.5, 0.5], [1.0, 0.0]]},
    ),
    "Cauchy": (
        {"loc": [0.0, 1.0, 2.0], "scale": [1.0, 2.0, 0.5]},
        {"loc": [0.5, 1.0, -2.0], "scale": [1.5, 2.0, 0.7]},
    ),
    "ContinuousBernoulli": ({"probs": [0.2, 0.6, 0.9]}, {"probs": [0.3, 0.6, 0.4]}),
    "Dirichlet": (
        {"concentration": [[0.5, 1.0], [2.0, 3.0], [1.0, 1.0]]},
        {"concentration": [[1.5, 1.0], [2.0, 3.0], [0.5, 4.0]]},
    ),
    "Exponential": ({"rate": [0.5, 2.0, 1.0]}, {"rate": [1.5, 2.0, 3.0]}),
    "Gamma": (
        {"concentration": [0.5, 2.0, 9.0], "rate": [0.5, 2.0, 1.0]},
        {"concentration": [1.5, 2.0, 3.0], "rate": [1.5, 2.0, 3.0]},
    ),
    "Geometric": ({"probs": [0.2, 0.5, 0.9]}, {"probs": [0.3, 0.5, 0.4]}),
    "Gumbel": (
        {"loc": [0.0, 1.0, 2.0], "scale": [1.0, 2.0, 0.5]},
        {"loc": [0.5, 1.0, -2.0], "scale": [1.5, 2.0, 0.7]},
    ),
    "HalfNormal": ({"scale": [1.0, 2.0, 0.5]}, {"scale": [1.5, 2.0, 0.7]}),
    "Laplace": (
        {"loc": [0.0, 1.0, 2.0], "scale": [1.0, 2.0, 0.5]},
        {"loc": [0.5, 1.0, -2.0], "scale": [1.5, 2.0, 0.7]},
    ),
    "LogNormal": (
        {"loc": [0.0, 1.0, 2.0], "scale": [1.0, 2.0, 0.5]},
        {"loc": [0.5, 1.0, -2.0], "scale": [1.5, 2.0, 0.7]},
    ),
    "LowRankMultivariateNormal": (
        {"loc": [0.5, -1.0], "cov_factor": [[2.0], [0.5]], "cov_diag": [1.0, 0.5]},
        {"loc": [0.0, 1.0], "cov_factor": [[1.0], [-0.5]], "cov_diag": [1.0, 2.0]},
    ),
    "MultivariateNormal": (
        {"loc": [0.5, -1.0], "covariance_matrix": [[2.0, 0.5], [0.5, 1.0]]},
        {"loc": [[0.0, 1.0], [1.0, 2.0]], "scale_tril": [[1.0, 0.0], [0.5, 2.0]]},
    ),
    "Normal": (
        {"loc": [0.0, 1.0, 2.0], "scale": [1.0, 2.0, 0.5]},
        {"loc": [0.5, 1.0, -2.0], "scale": [1.5, 2.0, 0.7]},
    ),
    "OneHotCategorical": (
        {"probs": [[0.2, 0.8], [0.5, 0.5], [1.0, 0.0]]},
        {"probs": [[0.3, 0.7], [0.5, 0.5], [0.0, 1.0]]},
    ),
    "Pareto": (
        {"scale": [1.0, 2.0, 0.5], "alpha": [1.5, 2.5, 3.0]},
        {"scale": [0.2, 2.0, 0.7], "alpha": [1.5, 2.5, 4.0]},
    ),
    "Poisson": ({"rate": [0.5, 2.0, 1.0]}, {"rate": [1.5, 2.0, 3.0]}),
    "Uniform": (
        {"low": [0.2, 0.5, 0.3], "high": [0.9, 0.7, 0.5]},
        {"low": [0.0, 0.5, -1.0], "high": [1.0, 0.7, 2.0]},
    ),
    "Wishart": (
        {"df": [3.0], "covariance_matrix": [[2.0, 0.5], [0.5, 1.0]]},
        {"df": [4.0], "covariance_matrix": [[1.0, 0.0], [0.0, 2.0]]},
    ),
}


def _made(torch: Any, name: str, parameters: dict[str, Any]) -> tuple[Any, list[Any]]:
    given: dict[str, Any] = {
        key: torch.tensor(v, dtype=torch.float64, requires_grad=True) if isinstance(v, list) else v
        for key, v in parameters.items()
    }
    leaves = [v for v in given.values() if isinstance(v, torch.Tensor)]
    return getattr(torch.distributions, name)(**given), leaves


def _answer(torch: Any, p: str, q: str) -> Any:
    first, leaves = _made(torch, p, FAMILIES[p][0])
    second, more = _made(torch, q, FAMILIES[q][1])
    try:
        found = torch.distributions.kl_divergence(first, second)
    except NotImplementedError as error:
        return " ".join(str(error).split())
    if not found.requires_grad:
        return found
    # Gradients of infinities differ: PyTorch writes them over finite values.
    total = found[torch.isfinite(found)].sum()
    return found.detach(), torch.autograd.grad(total, leaves + more, allow_unused=True)


def _pairs_of(p: str) -> None:
    def run(torch: Any) -> Any:
        return {q: _answer(torch, p, q) for q in FAMILIES}

    run.__name__ = f"divergences_from_{p}"
    case("torch.distributions.kl", rtol=1e-6)(run)


for _p in FAMILIES:
    _pairs_of(_p)


@case("torch.distributions.kl")
def formulas_of_ones_own(torch: Any) -> Any:
    D = torch.distributions

    class Left(D.Normal):
        pass

    class Right(D.Normal):
        pass

    @D.register_kl(Left, D.Normal)
    def of_left(p: Any, q: Any) -> Any:
        return "left"

    first = D.kl_divergence(Left(0.0, 1.0), Right(0.0, 1.0))

    @D.register_kl(D.Normal, Right)
    def of_right(p: Any, q: Any) -> Any:
        return "right"

    second = D.kl_divergence(Left(0.0, 1.0), Right(0.0, 1.0))
    third = D.kl_divergence(Right(0.0, 1.0), Left(1.0, 1.0))
    wide, narrow = D.Normal(torch.zeros(2, 3), 1.0), D.Normal(torch.ones(2, 3), 1.0)
    whole = D.kl_divergence(D.Independent(wide, 1), D.Independent(narrow, 1))
    refused = (
        raised(lambda: D.kl_divergence(D.Independent(wide, 1), D.Independent(narrow, 2))),
        raised(lambda: D.kl_divergence(wide, D.Independent(narrow, 2))),
        raised(
            lambda: D.kl_divergence(
                D.TransformedDistribution(wide, D.ExpTransform()),
                D.TransformedDistribution(wide, D.SigmoidTransform()),
            )
        ),
        raised(
            lambda: D.kl_divergence(
                D.Binomial(3, torch.tensor(0.5)), D.Binomial(4, torch.tensor(0.5))
            )
        ),
    )
    return first, second, third, whole, refused
