"""torch.optim: steps, states, schedules."""

from __future__ import annotations

from typing import Any

from tests.torch.cases_nn import filled
from tests.torch.harness import case, raised, text

OPTIMIZERS: dict[str, tuple[str, dict[str, Any]]] = {
    "sgd": ("SGD", {"lr": 0.05}),
    "sgd_momentum": ("SGD", {"lr": 0.05, "momentum": 0.9, "dampening": 0.5, "weight_decay": 0.1}),
    "sgd_nesterov": ("SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True}),
    "adam": ("Adam", {"lr": 0.05, "weight_decay": 0.1}),
    "adam_amsgrad": ("Adam", {"lr": 0.05, "amsgrad": True, "maximize": True}),
    "adamw": ("AdamW", {"lr": 0.05}),
    "adamax": ("Adamax", {"lr": 0.05}),
    "nadam": ("NAdam", {"lr": 0.05, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    "radam": ("RAdam", {"lr": 0.05}),
    "rmsprop": ("RMSprop", {"lr": 0.01, "momentum": 0.5, "centered": True}),
    "adagrad": ("Adagrad", {"lr": 0.1, "lr_decay": 0.01}),
    "adadelta": ("Adadelta", {}),
    "rprop": ("Rprop", {}),
    "lbfgs": ("LBFGS", {"lr": 0.2, "max_iter": 4}),
    "lbfgs_wolfe": ("LBFGS", {"max_iter": 4, "line_search_fn": "strong_wolfe"}),
}


def trained(torch: Any, name: str, options: dict[str, Any], steps: int) -> Any:
    """The parameters after some steps, and what the optimizer remembers."""
    w = torch.nn.Parameter(filled(torch, 3, 2))
    b = torch.nn.Parameter(torch.tensor(0.5, dtype=torch.float64))
    x, y = filled(torch, 5, 3), filled(torch, 5, 2).sin()
    optimizer = getattr(torch.optim, name)([w, b], **options)

    def closure() -> Any:
        optimizer.zero_grad()
        loss = ((x @ w + b).tanh() - y).square().sum()
        loss.backward()
        return loss

    for _ in range(steps):
        if name == "LBFGS":
            optimizer.step(closure)
        else:
            closure()
            optimizer.step()
    return w.detach(), b.detach(), optimizer


def _optimizer_case(topic: str, name: str, options: dict[str, Any]) -> None:
    def run(torch: Any) -> Any:
        w, b, optimizer = trained(torch, name, options, 3 if name == "LBFGS" else 20)
        if name == "LBFGS":
            return w, b, text(optimizer)
        return w, b, optimizer.state_dict()["state"], text(optimizer)

    run.__name__ = f"steps_of_{topic}"
    case("torch.optim")(run)


for _topic, (_name, _options) in OPTIMIZERS.items():
    _optimizer_case(_topic, _name, _options)


SCHEDULES: dict[str, Any] = {
    "lambda": lambda s, o: s.LambdaLR(o, lambda epoch: 0.9**epoch),
    "step": lambda s, o: s.StepLR(o, 3, 0.5),
    "milestones": lambda s, o: s.MultiStepLR(o, [2, 5], 0.5),
    "exponential": lambda s, o: s.ExponentialLR(o, 0.8),
    "cosine": lambda s, o: s.CosineAnnealingLR(o, 4, 0.01),
    "restarts": lambda s, o: s.CosineAnnealingWarmRestarts(o, 3, 2),
    "one_cycle": lambda s, o: s.OneCycleLR(o, 0.5, 20),
    "linear": lambda s, o: s.LinearLR(o, 0.25, 0.75, 5),
    "constant": lambda s, o: s.ConstantLR(o, 0.25, 4),
    "polynomial": lambda s, o: s.PolynomialLR(o, 8, 2.0),
    "cyclic": lambda s, o: s.CyclicLR(o, 0.01, 0.1, 3, mode="triangular2"),
    "sequential": lambda s, o: s.SequentialLR(
        o, [s.ConstantLR(o, 0.1, 2), s.ExponentialLR(o, 0.9)], [4]
    ),
    "chained": lambda s, o: s.ChainedScheduler([s.ConstantLR(o, 0.1, 2), s.ExponentialLR(o, 0.9)]),
}


def _schedule_case(topic: str, make: Any) -> None:
    def run(torch: Any) -> Any:
        weights = [torch.nn.Parameter(torch.ones(1)) for _ in range(2)]
        groups = [{"params": weights[:1]}, {"params": weights[1:], "lr": 0.3}]
        optimizer = torch.optim.SGD(groups, lr=0.2, momentum=0.9)
        scheduler = make(torch.optim.lr_scheduler, optimizer)
        rates = []
        for _ in range(12):
            rates.append(list(scheduler.get_last_lr()))
            optimizer.step()
            scheduler.step()
        return rates, [group["momentum"] for group in optimizer.param_groups]

    run.__name__ = f"schedule_{topic}"
    case("lr_scheduler")(run)


for _topic, _make in SCHEDULES.items():
    _schedule_case(_topic, _make)


@case("lr_scheduler")
def a_plateau(torch: Any) -> Any:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=1.0)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=1, cooldown=1)
    rates = []
    for loss in (3, 2, 2, 2, 2, 2, 2, 1, 1, 1):
        scheduler.step(loss)
        rates += scheduler.get_last_lr()
    return rates


@case("lr_scheduler")
def a_schedule_that_steps_first(torch: Any) -> Any:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=1.0)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    scheduler.step()
    return scheduler.get_last_lr()


@case("torch.optim")
def a_state_taken_over(torch: Any) -> Any:
    w, _, optimizer = trained(torch, "Adam", {"lr": 0.1}, 3)
    p = torch.nn.Parameter(w.clone())
    q = torch.nn.Parameter(torch.tensor(0.1, dtype=torch.float64))
    other = torch.optim.Adam([p, q])
    other.load_state_dict(optimizer.state_dict())
    p.grad = torch.ones_like(p)
    other.step()
    return p.detach(), other.param_groups[0]["lr"], other.state[p]["step"]


@case("torch.optim")
def wrong_parameters(torch: Any) -> Any:
    w = torch.nn.Parameter(torch.ones(1))
    return (
        raised(lambda: torch.optim.SGD([], 0.1)),
        raised(lambda: torch.optim.SGD(w, 0.1)),
        raised(lambda: torch.optim.SGD([w * 2], 0.1)),
        raised(lambda: torch.optim.SGD([w], -1.0)),
        raised(lambda: torch.optim.SGD([w], 0.1, nesterov=True)),
        raised(lambda: torch.optim.Adam([w], betas=(1.0, 0.9))),
        raised(lambda: torch.optim.SGD([{"params": [w]}, {"params": [w]}], 0.1)),
        raised(lambda: torch.optim.SGD([3], 0.1)),
    )


@case("torch.nn.utils")
def clipped_gradients(torch: Any) -> Any:
    w = torch.nn.Parameter(torch.ones(2))
    w.grad = torch.tensor([3.0, 4.0])
    norm = torch.nn.utils.clip_grad_norm_([w], 1.0)
    clipped = w.grad.clone()
    torch.nn.utils.clip_grad_value_([w], 0.7)
    return norm, clipped, w.grad


@case("torch.utils.data")
def batches(torch: Any) -> Any:
    data = torch.utils.data
    rows = data.TensorDataset(torch.arange(5), torch.ones(5, 2))
    loader = data.DataLoader(rows, batch_size=2)
    part = data.Subset(rows, [4, 0])
    dropped = data.DataLoader(range(5), batch_size=2, drop_last=True)
    mixed = [{"a": 1, "b": (2.5, "x")}, {"a": 2, "b": (3.5, "y")}]
    return (
        list(loader),
        len(loader),
        part[0],
        list(dropped),
        next(iter(data.DataLoader(mixed, batch_size=2))),
        list(data.ConcatDataset([range(2), range(3)])),
        sorted(data.RandomSampler(range(4))),
        sorted(i for s in data.random_split(range(6), [0.5, 0.5]) for i in s.indices),
    )


@case("torch.utils.data")
def wrong_batches(torch: Any) -> Any:
    data = torch.utils.data
    return (
        raised(lambda: data.DataLoader([1], batch_size=0)),
        raised(lambda: data.DataLoader([1], shuffle=True, sampler=[0])),
        raised(lambda: data.DataLoader([1], batch_size=None, drop_last=True)),
        raised(lambda: data.random_split([1, 2, 3], [1, 1])),
        raised(lambda: data.TensorDataset(torch.ones(2), torch.ones(3))),
        raised(lambda: next(iter(data.DataLoader([object()])))),
    )
