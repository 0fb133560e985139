"""``out=`` of functions of every kind; factors, sums and optimizers that refuse or tell."""

from __future__ import annotations

from typing import Any

from tests.torch.harness import Snippet, expressions


def _written(call: Any, *types: str) -> Snippet:
    def run(torch: Any) -> Any:
        outs = tuple(torch.empty(0, dtype=getattr(torch, t)) for t in types)
        a = torch.tensor([[4.0, 1.0], [1.0, 3.0]])
        result = call(torch, a, outs if len(outs) > 1 else outs[0])
        parts = result if isinstance(result, tuple) else (result,)
        return outs, [r is o for r, o in zip(parts, outs, strict=True)]

    return run


_F, _I = "float32", "int64"

expressions(
    __name__,
    "out",
    {
        f"out_of_{name}": _written(*given)
        for name, given in {
            "diag": (lambda torch, a, o: torch.diag(a[0], out=o), _F),
            "nonzero": (lambda torch, a, o: torch.nonzero(a > 1, out=o), _I),
            "cholesky_inverse": (lambda torch, a, o: torch.cholesky_inverse(a, out=o), _F),
            "searchsorted": (lambda torch, a, o: torch.searchsorted(a[1], a[0], out=o), _I),
            "histc": (lambda torch, a, o: torch.histc(a, 2, out=o), _F),
            "solve_triangular": (
                lambda torch, a, o: torch.linalg.solve_triangular(a, a, upper=True, out=o),
                _F,
            ),
            "pinv": (lambda torch, a, o: torch.linalg.pinv(a, out=o), _F),
            "lu_factor": (lambda torch, a, o: torch.linalg.lu_factor(a, out=o), _F, "int32"),
            "inv_ex": (lambda torch, a, o: torch.linalg.inv_ex(a, out=o), _F, "int32"),
            "rank": (lambda torch, a, o: torch.linalg.matrix_rank(a, out=o), _I),
            "multi_dot": (lambda torch, a, o: torch.linalg.multi_dot([a, a], out=o), _F),
            "histogram": (lambda torch, a, o: torch.histogram(a, 2, out=o), _F, _F),
            "cross": (
                lambda torch, a, o: torch.linalg.cross(torch.arange(3.0), torch.ones(3), out=o),
                _F,
            ),
            "argmax": (lambda torch, a, o: torch.argmax(a, 0, out=o), _I),
            "sort": (lambda torch, a, o: torch.sort(a, out=o), _F, _I),
        }.items()
    },
)

expressions(
    __name__,
    "refusals",
    {
        "alpha_of_integers": lambda torch: torch.arange(2).add(1, alpha=1.5),
        "alpha_of_a_difference": lambda torch: torch.arange(2).sub(1, alpha=0.5),
        "alpha_is_true": lambda torch: torch.ones(2).add(1, alpha=True),
        "alpha_is_complex": lambda torch: torch.ones(2).add(1, alpha=1j),
        "alpha_of_bools": lambda torch: torch.tensor([True]).add(True, alpha=True),
        "mask_minus_one": lambda torch: torch.tensor([True]) - 1,
        "flip_of_nothing": lambda torch: torch.ones(2).flip(),
        "movedim_from_one_twice": lambda torch: torch.ones(2, 3).movedim((0, 0), (0, 1)),
        "movedim_to_one_twice": lambda torch: torch.ones(2, 3).movedim((0, 1), (0, 0)),
        "trace_of_integers": lambda torch: torch.ones(2, 2, dtype=torch.int8).trace(),
        "trace_of_bools": lambda torch: torch.ones(2, 2, dtype=torch.bool).trace(),
    },
)


def _state_hooks(torch: Any) -> Any:
    p = torch.nn.Parameter(torch.ones(2))
    optimizer, log = torch.optim.SGD([p], lr=0.1), []

    def renamed(of: Any, state: Any) -> Any:
        log.append("load")
        return {"state": state["state"], "param_groups": state["groups"]}

    def packed(of: Any, state: Any) -> Any:
        log.append("saved")
        return {"state": state["state"], "groups": state["param_groups"]}

    optimizer.register_state_dict_pre_hook(lambda of: log.append("save"))
    optimizer.register_state_dict_pre_hook(lambda of: log.append("first"), prepend=True)
    handle = optimizer.register_state_dict_post_hook(packed)
    optimizer.register_load_state_dict_pre_hook(renamed)
    optimizer.register_load_state_dict_post_hook(lambda of: log.append("loaded"))
    optimizer.load_state_dict(optimizer.state_dict())
    handle.remove()
    return log, list(optimizer.state_dict())


def _twice(torch: Any) -> Any:
    p = torch.nn.Parameter(torch.ones(2))
    return len(torch.optim.SGD([p, p], lr=0.1).param_groups[0]["params"])


expressions(
    __name__,
    "optimizers",
    {"hooks_on_states_of_optimizers": _state_hooks, "a_parameter_twice": _twice},
)
