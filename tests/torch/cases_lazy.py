"""Layers that learn the size of their input from the first call."""

from __future__ import annotations

from typing import Any

from tests.torch.harness import case, raised, text


@case("nn.Lazy")
def a_lazy_linear_map(torch: Any) -> Any:
    layer = torch.nn.LazyLinear(2)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.5)
    before = text(layer), text(layer.weight), type(layer).__name__, list(layer.state_dict())
    refused = raised(lambda: layer.weight.shape)
    with torch.no_grad():
        layer(torch.ones(4, 3))
        layer.weight.fill_(1.0)
        layer.bias.fill_(0.5)
    layer(torch.ones(4, 3)).sum().backward()
    optimizer.step()
    after = text(layer), type(layer).__name__, layer.weight.shape
    return before, refused, after, layer.weight.detach(), layer.bias.detach()


@case("nn.Lazy")
def lazy_convolutions(torch: Any) -> Any:
    nn = torch.nn
    shapes = []
    for layer, x in (
        (nn.LazyConv1d(4, 3), torch.ones(2, 3, 5)),
        (nn.LazyConv2d(4, 3, groups=2, padding=1), torch.ones(2, 6, 5, 5)),
        (nn.LazyConv2d(4, 3), torch.ones(2, 5, 5)),
        (nn.LazyConv3d(4, 2, bias=False), torch.ones(1, 2, 3, 3, 3)),
        (nn.LazyConvTranspose2d(4, 3, stride=2), torch.ones(2, 3, 5, 5)),
    ):
        before = text(layer)
        y = layer(x)
        shapes.append((before, text(layer), y.shape, layer.weight.shape))
    return shapes


@case("nn.Lazy")
def lazy_normalizations(torch: Any) -> Any:
    nn = torch.nn
    layer = nn.LazyBatchNorm2d()
    before = text(layer), text(layer.running_mean)
    x = torch.arange(24.0).reshape(2, 3, 2, 2)
    y = layer(x)
    instance = nn.LazyInstanceNorm1d(affine=True)
    z = instance(torch.arange(12.0).reshape(2, 3, 2))
    return (
        before,
        text(layer),
        y.detach(),
        layer.running_mean,
        text(instance),
        z.detach().round(decimals=4),
    )


@case("nn.Lazy")
def a_lazy_network(torch: Any) -> Any:
    nn = torch.nn
    model = nn.Sequential(nn.LazyConv2d(3, 2), nn.ReLU(), nn.Flatten(), nn.LazyLinear(2))
    model(torch.ones(1, 2, 4, 4))
    return [tuple(p.shape) for p in model.parameters()], text(model)


@case("nn.Lazy")
def a_lazy_layer_is_loaded(torch: Any) -> Any:
    source = torch.nn.Linear(3, 2)
    with torch.no_grad():
        source.weight.copy_(torch.arange(6.0).reshape(2, 3))
    layer = torch.nn.LazyLinear(2)
    layer.load_state_dict(source.state_dict())
    return layer.weight.shape, layer.weight.detach()
