"""torch.testing, torch.optim.swa_utils and torch.optim.ASGD."""

from __future__ import annotations

from typing import Any

from tests.torch.cases_optim import trained
from tests.torch.harness import case, raised, text


def said(compare: Any) -> str:
    """The whole message."""
    try:
        compare()
    except (AssertionError, TypeError, ValueError) as error:
        return f"{type(error).__name__}: {error}"
    return "close"


@case("torch.testing")
def comparisons(torch: Any) -> Any:
    close, t = torch.testing.assert_close, torch.tensor
    nan = float("nan")
    pairs: list[Any] = [
        (t([1.0, 2.0]), t([1.0, 2.0])),
        (t([1.0, 2.0, 4.0]), t([1.0, 2.5, 3.0])),
        (t([1.0, 2.0]), t([1.0, 2.0, 3.0])),
        (t([1.0, 2.0]), t([1.0, 2.0], dtype=torch.float64)),
        (t([[1, 2], [3, 4]]), t([[1, 5], [3, 5]])),
        (t([True, False]), t([True, True])),
        (t(1.0), t(2.0)),
        (t([1.0]), t([2.0])),
        (t([nan, 1.0]), t([nan, 1.0])),
        (t([1 + 1j, 2.0]), t([1 + 2j, 2.0])),
        (1.0, 1.0 + 1e-9),
        (1, 3),
        (1.0, 3.0),
        (1, 1.0),
        (None, 1),
        (None, None),
        ([t([1.0, 1.0]), 2.0], [t([1.0, 1.0]), 3.0]),
        ([1.0], [1.0, 2.0]),
        ({"a": 1.0, "b": t([1, 2])}, {"a": 1.0, "b": t([1, 3])}),
        ({"a": 1.0}, {"b": 1.0}),
        ("a", "a"),
        (t([]), t([])),
    ]
    found = [said(lambda a=a, b=b: close(a, b)) for a, b in pairs]
    a, b = t([1.0, 2.0]), t([1.05, 2.0])
    found += [
        said(lambda: close(a, b, rtol=0.1, atol=0.0)),
        said(lambda: close(a, b, rtol=0.1)),
        said(lambda: close(a, b, rtol=0.01, atol=0.01)),
        said(lambda: close(a, b, msg="wrong")),
        said(lambda: close(a, b, msg=lambda m: "so: " + m)),
        said(lambda: close(a, a.double(), check_dtype=False)),
        said(lambda: close(t([nan]), t([nan]), equal_nan=True)),
        said(lambda: close(t([[1.0, 2.0]]).T, t([[1.0], [2.0]]), check_stride=True)),
    ]
    return found


@case("torch.testing")
def tensors_for_tests(torch: Any) -> Any:
    make = torch.testing.make_tensor
    found = []
    for dtype in (torch.float32, torch.int64, torch.uint8, torch.bool, torch.complex64):
        x = make(20, 3, dtype=dtype, device="cpu", exclude_zero=True)
        found += [x.shape, x.dtype, bool((x == 0).any())]
    y = make((3, 4), dtype=torch.float64, device="cpu", low=2, high=3, requires_grad=True)
    z = make((3, 4), dtype=torch.float32, device="cpu", noncontiguous=True)
    found += [bool(((y >= 2) & (y <= 3)).all()), y.requires_grad, y.is_leaf, z.is_contiguous()]
    return found, raised(lambda: make(2, dtype=torch.float32, device="cpu", low=3, high=2))


@case("torch.optim", rtol=1e-6)
def steps_of_asgd(torch: Any) -> Any:
    found = []
    for options in ({"lr": 0.05}, {"lr": 0.1, "t0": 3, "lambd": 0.1, "weight_decay": 0.1}):
        w, b, optimizer = trained(torch, "ASGD", options, 10)
        found += [w, b, optimizer.state_dict()["state"], text(optimizer)]
    return found


@case("torch.optim", rtol=1e-6)
def averaged_models(torch: Any) -> Any:
    swa = torch.optim.swa_utils
    found = []
    for options in (
        {},
        {"multi_avg_fn": swa.get_ema_multi_avg_fn(0.9)},
        {"avg_fn": swa.get_ema_avg_fn(0.5), "use_buffers": True},
        {"multi_avg_fn": swa.get_swa_multi_avg_fn()},
    ):
        layer = torch.nn.Linear(2, 2, bias=False)
        model = torch.nn.Sequential(layer, torch.nn.BatchNorm1d(2))
        average = swa.AveragedModel(model, **options)
        with torch.no_grad():
            for step in range(4):
                layer.weight.copy_(torch.arange(4.0).reshape(2, 2) * step**2)
                model(torch.arange(6.0).reshape(3, 2) + step)
                average.update_parameters(model)
        batches = [torch.arange(6.0).reshape(3, 2), (torch.ones(3, 2), 1)]
        before = average.module[1].running_mean.clone()
        swa.update_bn(batches, average)
        found += [average.module[0].weight.detach(), before, average.n_averaged]
        found += [average.module[1].running_mean, average.module[1].running_var, average.training]
        found += [sorted(average.state_dict())]
    return (
        found,
        raised(lambda: swa.get_ema_avg_fn(2.0)),
        raised(lambda: swa.AveragedModel(model, avg_fn=len, multi_avg_fn=len)),
    )


@case("torch.optim")
def rates_of_swa(torch: Any) -> Any:
    found = []
    for options in (
        {"swa_lr": 0.05},
        {"swa_lr": 0.05, "anneal_epochs": 3, "anneal_strategy": "linear"},
        {"swa_lr": 0.5, "anneal_epochs": 0},
        {"swa_lr": [0.05, 0.1], "anneal_epochs": 4},
    ):
        groups = [{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": r} for r in (1.0, 0.3)]
        optimizer = torch.optim.SGD(groups, lr=1.0)
        scheduler = torch.optim.swa_utils.SWALR(optimizer, **options)
        rates = []
        for _ in range(6):
            rates.append(list(scheduler.get_last_lr()))
            optimizer.step()
            scheduler.step()
        found.append(rates)
    make = torch.optim.swa_utils.SWALR
    refused = (
        raised(lambda: make(optimizer, 0.1, anneal_strategy="steps")),
        raised(lambda: make(optimizer, 0.1, anneal_epochs=-1)),
        raised(lambda: make(optimizer, [0.1])),
    )
    return found, refused


@case("torch.asarray")
def tensors_in_the_memory_of_others(torch: Any) -> Any:
    array = torch.arange(4.0).numpy()
    shared = torch.asarray(array)
    apart = torch.asarray(array, copy=True)
    array[0] = 9.0
    leaf = torch.ones(2, requires_grad=True)
    data = bytearray(torch.arange(4, dtype=torch.int32).numpy().tobytes())
    view = torch.frombuffer(data, dtype=torch.int32, offset=4)
    data[4] = 7
    return (
        (shared, apart),
        torch.asarray([1, 2.5]),
        torch.asarray(3, dtype=torch.float64, requires_grad=True),
        torch.asarray(leaf) is leaf,
        torch.asarray(leaf, requires_grad=False),
        torch.asarray(shared, dtype=torch.int64),
        view,
        torch.frombuffer(data, dtype=torch.int32, count=2),
        torch.frombuffer(bytearray(8), dtype=torch.float32, requires_grad=True),
        [torch.range(1, 4), torch.range(1, 3, 0.5), torch.range(4, 1, -1, dtype=torch.int64)],
        torch.ones(2, 3, 4).dim_order(),
        torch.ones(2, 3, 4).permute(2, 0, 1).dim_order(),
    )


@case("torch.asarray")
def memory_that_is_refused(torch: Any) -> Any:
    def of(count: int, **options: Any) -> Any:
        return lambda: torch.frombuffer(bytearray(count), dtype=torch.int32, **options)

    return [
        raised(run)
        for run in (
            lambda: torch.asarray([1, 2], copy=False),
            *(of(7), of(0), of(8, count=5), of(8, offset=9), of(8, count=0)),
            lambda: torch.range(4, 1),
            lambda: torch.range(1, 4, 0),
        )
    ]
