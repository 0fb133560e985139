"""torch.autograd.functional, gradcheck, anomaly detection and checkpoint."""

from __future__ import annotations

from typing import Any

from tests.torch.harness import case, expressions, raised


def quadratic(torch: Any) -> Any:
    """A scalar function of two vectors."""
    return lambda x, w: (x**2 * w).sum()


def vectors(torch: Any) -> Any:
    return torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0])


expressions(
    __name__,
    "autograd.functional",
    {
        "jacobian_of_a_vector": lambda torch: torch.autograd.functional.jacobian(
            torch.exp, torch.tensor([0.0, 1.0])
        ),
        "jacobian_of_two_inputs": lambda torch: torch.autograd.functional.jacobian(
            lambda x, w: x * w, vectors(torch)
        ),
        "jacobian_of_two_outputs": lambda torch: torch.autograd.functional.jacobian(
            lambda x: (x.sum(), x * 2), torch.tensor([0.0, 1.0])
        ),
        "jacobian_of_a_matrix": lambda torch: torch.autograd.functional.jacobian(
            lambda x: x.sum(1), torch.ones(2, 3)
        ),
        "jacobian_of_a_scalar": lambda torch: torch.autograd.functional.jacobian(
            quadratic(torch), vectors(torch)
        ),
        "jacobian_vectorized": lambda torch: torch.autograd.functional.jacobian(
            torch.exp, torch.tensor([0.0, 1.0]), vectorize=True
        ),
        "jacobian_forward": lambda torch: torch.autograd.functional.jacobian(
            lambda x: x**2, torch.tensor([0.0, 1.0]), vectorize=True, strategy="forward-mode"
        ),
        "jacobian_with_a_graph": lambda torch: torch.autograd.functional.jacobian(
            lambda x: x**2, torch.tensor([0.0, 1.0], requires_grad=True), create_graph=True
        ),
        "jacobian_of_independent": lambda torch: torch.autograd.functional.jacobian(
            lambda x: torch.ones(2), torch.tensor([0.0, 1.0])
        ),
        "jacobian_strict": lambda torch: raised(
            lambda: torch.autograd.functional.jacobian(
                lambda x: torch.ones(2), torch.tensor([0.0, 1.0]), strict=True
            )
        ),
        "jacobian_of_a_number": lambda torch: raised(
            lambda: torch.autograd.functional.jacobian(lambda x: x, 1.0)
        ),
        "jacobian_that_gives_a_number": lambda torch: raised(
            lambda: torch.autograd.functional.jacobian(lambda x: 1.0, torch.ones(1))
        ),
        "hessian_of_a_vector": lambda torch: torch.autograd.functional.hessian(
            lambda x: (x**3).sum(), torch.tensor([1.0, 2.0])
        ),
        "hessian_of_two_inputs": lambda torch: torch.autograd.functional.hessian(
            quadratic(torch), vectors(torch)
        ),
        "hessian_vectorized": lambda torch: torch.autograd.functional.hessian(
            lambda x: x.prod() ** 2, torch.tensor([1.0, 2.0]), vectorize=True
        ),
        "hessian_of_a_vector_function": lambda torch: raised(
            lambda: torch.autograd.functional.hessian(lambda x: x**3, torch.tensor([1.0, 2.0]))
        ),
        "vjp_of_a_scalar": lambda torch: torch.autograd.functional.vjp(
            quadratic(torch), vectors(torch)
        ),
        "vjp_of_a_vector": lambda torch: torch.autograd.functional.vjp(
            torch.exp, torch.tensor([0.0, 1.0]), torch.tensor([1.0, 2.0])
        ),
        "vjp_without_a_vector": lambda torch: raised(
            lambda: torch.autograd.functional.vjp(torch.exp, torch.tensor([0.0, 1.0]))
        ),
        "vjp_of_another_shape": lambda torch: raised(
            lambda: torch.autograd.functional.vjp(torch.exp, torch.ones(2), torch.ones(3))
        ),
        "jvp_of_a_vector": lambda torch: torch.autograd.functional.jvp(
            torch.exp, torch.tensor([0.0, 1.0]), torch.tensor([1.0, 2.0])
        ),
        "jvp_of_two_inputs": lambda torch: torch.autograd.functional.jvp(
            lambda x, w: x * w, vectors(torch), (torch.ones(2), torch.zeros(2))
        ),
        "vhp_of_two_inputs": lambda torch: torch.autograd.functional.vhp(
            quadratic(torch), vectors(torch), vectors(torch)
        ),
        "hvp_of_a_vector": lambda torch: torch.autograd.functional.hvp(
            lambda x: (x**3).sum(), torch.tensor([1.0, 2.0]), torch.tensor([1.0, 10.0])
        ),
        "hvp_without_a_vector": lambda torch: raised(
            lambda: torch.autograd.functional.hvp(lambda x: x.sum(), torch.ones(2))
        ),
    },
)


@case("gradcheck")
def gradients_that_are_right(torch: Any) -> Any:
    x = torch.tensor([0.3, 0.7], dtype=torch.float64, requires_grad=True)
    return [
        torch.autograd.gradcheck(torch.sin, (x,)),
        torch.autograd.gradcheck(lambda x: (x**2).sum(), x),
        torch.autograd.gradgradcheck(torch.sin, (x,)),
        torch.autograd.gradcheck(torch.exp, (x,), fast_mode=True),
    ]


def wrong_of(torch: Any) -> Any:
    """A function with a wrong derivative."""

    class Wrong(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 2

        @staticmethod
        def backward(ctx: Any, gradient: Any) -> Any:
            return gradient * 3

    return Wrong.apply


@case("gradcheck", match="Jacobian mismatch for output 0 with respect to input 0")
def gradients_that_are_wrong(torch: Any) -> Any:
    x = torch.tensor([0.3], dtype=torch.float64, requires_grad=True)
    torch.autograd.gradcheck(wrong_of(torch), (x,))


@case("gradcheck")
def gradients_that_are_wrong_without_raising(torch: Any) -> Any:
    x = torch.tensor([0.3], dtype=torch.float64, requires_grad=True)
    return torch.autograd.gradcheck(wrong_of(torch), (x,), raise_exception=False)


@case("gradcheck")
def gradcheck_of_nothing_followed(torch: Any) -> Any:
    return raised(lambda: torch.autograd.gradcheck(torch.sin, (torch.ones(1),)))


@case("gradcheck")
def gradcheck_of_float32_warns(torch: Any) -> Any:
    x = torch.tensor([0.3], requires_grad=True)
    return torch.autograd.gradcheck(lambda x: x * 2, (x,), eps=1e-2, atol=1e-2)


@case("anomaly mode")
def anomaly_of_a_nan(torch: Any) -> Any:
    x = torch.tensor([-1.0], requires_grad=True)
    with torch.autograd.detect_anomaly():
        y = torch.sqrt(x)
        error = raised(y.sum().backward)
    return str(error), torch.is_anomaly_enabled()


@case("anomaly mode")
def anomaly_without_nan(torch: Any) -> Any:
    x = torch.tensor([1.0], requires_grad=True)
    with torch.autograd.detect_anomaly():
        inside = torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()
        torch.sqrt(x).sum().backward()
    return inside, x.grad


@case("anomaly mode")
def anomaly_without_checks(torch: Any) -> Any:
    x = torch.tensor([-1.0], requires_grad=True)
    with torch.autograd.detect_anomaly(check_nan=False):
        torch.sqrt(x).sum().backward()
    return x.grad.isnan()


@case("anomaly mode")
def anomaly_as_a_function(torch: Any) -> Any:
    with torch.autograd.set_detect_anomaly(True):
        inside = torch.is_anomaly_enabled()
    return inside, torch.is_anomaly_enabled()


@case("checkpoint")
def a_checkpoint_runs_twice(torch: Any) -> Any:
    runs: list[int] = []

    def block(x: Any) -> Any:
        runs.append(1)
        return (x.sin() * x).exp()

    x = torch.tensor([0.5, 1.0], requires_grad=True)
    y = torch.utils.checkpoint.checkpoint(block, x, use_reentrant=False)
    before = len(runs)
    y.sum().backward()
    return before, len(runs), y, x.grad


@case("checkpoint")
def a_reentrant_checkpoint(torch: Any) -> Any:
    x = torch.tensor([0.5, 1.0], requires_grad=True)
    y = torch.utils.checkpoint.checkpoint(lambda x: x.sin() * x, x, use_reentrant=True)
    y.sum().backward()
    return y, x.grad


@case("checkpoint")
def a_checkpoint_of_parameters(torch: Any) -> Any:
    w = torch.tensor([2.0, 3.0], requires_grad=True)
    y = torch.utils.checkpoint.checkpoint(lambda x: w * x, torch.ones(2), use_reentrant=False)
    y.sum().backward()
    return w.grad


@case("checkpoint")
def a_sequence_of_checkpoints(torch: Any) -> Any:
    x = torch.tensor([0.5, 1.0], requires_grad=True)
    steps = [torch.sin, torch.exp, lambda x: x * x]
    y = torch.utils.checkpoint.checkpoint_sequential(steps, 2, x, use_reentrant=False)
    y.sum().backward()
    return y, x.grad
