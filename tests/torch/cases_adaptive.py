"""Adaptive softmax, fractional pooling and orthogonal weights."""

from __future__ import annotations

from typing import Any

from tests.torch.cases_nn import filled
from tests.torch.harness import case, raised, text


@case("nn.AdaptiveLogSoftmaxWithLoss")
def adaptive_softmax(torch: Any) -> Any:
    layer = torch.nn.AdaptiveLogSoftmaxWithLoss(8, 10, [2, 5], 2.0, head_bias=True).double()
    with torch.no_grad():
        for p in layer.parameters():
            p.copy_(filled(torch, *p.shape))
    x = filled(torch, 5, 8).requires_grad_()
    target = torch.tensor([0, 9, 3, 4, 1])
    output, loss = layer(x, target)
    loss.backward()
    alone = layer(x[0].detach(), target[1])
    return (
        text(layer),
        output.detach(),
        loss.detach(),
        x.grad,
        [p.grad for p in layer.parameters()],
        layer.log_prob(x).detach(),
        layer.predict(x),
        layer.predict(x[:1]),
        (alone.output.detach(), alone.loss.detach()),
        (layer.cutoffs, layer.shortlist_size, layer.n_clusters, layer.head_size),
    )


@case("nn.AdaptiveLogSoftmaxWithLoss")
def adaptive_softmax_refuses(torch: Any) -> Any:
    make = torch.nn.AdaptiveLogSoftmaxWithLoss
    layer, x = make(4, 6, [2]), torch.ones(3, 4)
    return [
        raised(run)
        for run in (
            lambda: make(4, 6, []),
            lambda: make(4, 6, [3, 2]),
            lambda: make(4, 6, [6]),
            lambda: make(4, 6, [0]),
            lambda: make(4, 6, [1.5]),
            lambda: layer(x, torch.zeros(2, dtype=torch.int64)),
            lambda: layer(x, torch.zeros(3, 1, dtype=torch.int64)),
            lambda: layer(x[0], torch.zeros(3, dtype=torch.int64)),
            lambda: layer(x, torch.tensor(1)),
            lambda: layer(x, torch.tensor([0, 1, 6])),
        )
    ]


@case("nn.FractionalMaxPool")
def fractional_pooling(torch: Any) -> Any:
    found = []
    for axes, shape, options in (
        (2, (2, 3, 9, 7), {"output_size": (4, 3)}),
        (2, (2, 3, 9, 7), {"output_ratio": (0.5, 0.6)}),
        (2, (3, 9, 7), {"output_size": 4}),
        (3, (2, 2, 7, 6, 5), {"output_size": (3, 3, 2)}),
        (3, (2, 7, 6, 5), {"output_ratio": 0.5}),
    ):
        x = filled(torch, *shape).requires_grad_()
        batch = 1 if x.dim() == axes + 1 else shape[0]
        channels = shape[-axes - 1]
        count = batch * channels * axes
        u = (torch.arange(count, dtype=torch.float64) * 0.37 % 1).reshape(batch, channels, axes)
        make = getattr(torch.nn, f"FractionalMaxPool{axes}d")
        layer = make(2, return_indices=True, _random_samples=u, **options)
        y, index = layer(x)
        weights = torch.arange(y.numel(), dtype=torch.float64).reshape(y.shape)
        (weights * y).sum().backward()
        found += [y.detach(), index, x.grad, text(layer), make(2, **options)(x).shape]
    make, f = torch.nn.FractionalMaxPool2d, torch.nn.functional.fractional_max_pool2d
    refused = [
        raised(run)
        for run in (
            lambda: make(2),
            lambda: make(2, output_size=2, output_ratio=0.5),
            lambda: make(2, output_ratio=(1.5, 0.5)),
            lambda: f(torch.ones(1, 1, 5, 5), 2),
            lambda: torch.nn.FractionalMaxPool3d(2),
        )
    ]
    return found, refused


@case("nn.utils.parametrizations.orthogonal")
def orthogonal_weights(torch: Any) -> Any:
    orthogonal = torch.nn.utils.parametrizations.orthogonal
    found = []
    for rows, columns, options in (
        (3, 3, {}),
        (3, 3, {"orthogonal_map": "cayley"}),
        (3, 3, {"orthogonal_map": "householder", "use_trivialization": False}),
        (4, 2, {"use_trivialization": False}),
        (2, 4, {"orthogonal_map": "householder", "use_trivialization": False}),
    ):
        layer = torch.nn.Linear(columns, rows, bias=False).double()
        with torch.no_grad():
            start = filled(torch, rows, columns) + torch.eye(rows, columns, dtype=torch.float64)
            layer.weight.copy_(start)
        orthogonal(layer, **options)
        w = layer.weight
        (w * filled(torch, rows, columns)).sum().backward()
        original = layer.parametrizations.weight.original
        found += [w.detach(), original.detach(), original.grad, sorted(layer.state_dict())]
    return found


@case("nn.utils.parametrizations.orthogonal")
def orthogonal_weights_move(torch: Any) -> Any:
    orthogonal = torch.nn.utils.parametrizations.orthogonal
    found = []
    for rows, columns, name in ((4, 4, None), (5, 3, "cayley"), (3, 5, "householder")):
        layer = torch.nn.Linear(columns, rows, bias=False).double()
        orthogonal(layer, orthogonal_map=name)
        optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
        for _ in range(3):
            optimizer.zero_grad()
            (layer.weight * filled(torch, rows, columns)).sum().backward()
            optimizer.step()
        w = layer.weight.detach()
        product = w @ w.T if rows < columns else w.T @ w
        found += [torch.allclose(product, torch.eye(len(product), dtype=torch.float64))]
    linear = torch.nn.Linear(3, 3)
    refused = [
        raised(run)
        for run in (
            lambda: orthogonal(linear, "nothing"),
            lambda: orthogonal(linear, "bias"),
            lambda: orthogonal(linear, orthogonal_map="other"),
        )
    ]
    return found, refused


@case("torch.lstm")
def recurrent_functions(torch: Any) -> Any:
    found = []
    for name, gates, bias, both, first in (
        ("lstm", 4, True, True, False),
        ("gru", 3, True, False, True),
        ("rnn_tanh", 1, False, True, False),
        ("rnn_relu", 1, True, False, False),
    ):
        ways, params = 1 + both, []
        for layer in range(2):
            width = 3 if layer == 0 else 2 * ways
            for _ in range(ways):
                shapes = [(2 * gates, width), (2 * gates, 2), *[(2 * gates,)] * (2 * bias)]
                params += [filled(torch, *shape).requires_grad_() for shape in shapes]
        x = filled(torch, 4, 5, 3).requires_grad_()
        batch = 4 if first else 5
        h = filled(torch, 2 * ways, batch, 2).requires_grad_()
        hx = (h, h * 2) if name == "lstm" else h
        call = getattr(torch, name)
        result = call(x, hx, params, bias, 2, 0.0, True, both, first)
        total = sum((r * r).sum() for r in result)
        found += [[r.detach() for r in result], torch.autograd.grad(total, [x, h, *params])]
    return found
