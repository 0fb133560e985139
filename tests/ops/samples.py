"""The sample table: for each primitive, the inputs that every table test is run on.

A family's samples stand in ``samples_<family>.py``, which fills the table by calling `sample`.
To test a new primitive, add one line there:

>>> sample("hypot", reals(2, 3), reals(3), reference=np.hypot)            # doctest: +SKIP
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Maker = Callable[[np.random.Generator], np.ndarray]


@dataclass
class Sample:
    """One call of a primitive.

    Attributes
    ----------
    name
        The primitive's name in the table.
    inputs
        Makers of the input arrays, called with a random generator; floats are float64.
    params
        Metadata keyword arguments.
    reference
        An independent forward function of (arrays, **params); None only where the primitive's
        forward function is NumPy's own.
    label
        Tells several samples of a primitive apart.
    order
        Up to which order derivatives are checked (0, 1 or 2).
    dtypes
        Floating dtypes in which the output must keep the input's dtype.
    complex
        Whether to check complex inputs too.
    batch
        Whether to check batched against looped cotangents.
    rtol
        Tolerance of the comparison with finite differences, relative to the largest entry.
    among
        Maps arrays to those that the primitive is a function of, where it is not one of all: the
        inputs and the directions in which they move (Hermitian matrices).
    """

    name: str
    inputs: tuple[Maker, ...]
    params: dict[str, Any] = field(default_factory=dict)
    reference: Callable[..., Any] | None = None
    label: str = ""
    order: int = 2
    dtypes: tuple[str, ...] = ("float16", "float32", "float64")
    complex: bool = False
    batch: bool = True
    rtol: float = 1e-6
    among: Callable[[np.ndarray], np.ndarray] | None = None

    def arrays(self, seed: int = 0) -> list[np.ndarray]:
        """The inputs, always the same for one seed."""
        rng = np.random.default_rng([seed, *self.name.encode(), *self.label.encode()])
        return [np.asarray(make(rng)) for make in self.inputs]

    def __str__(self) -> str:
        return self.name + (f"-{self.label}" if self.label else "")


SAMPLES: list[Sample] = []


def sample(name: str, *inputs: Maker, params: dict[str, Any] | None = None, **options: Any) -> None:
    """Add a sample to the table."""
    SAMPLES.append(Sample(name, inputs, params or {}, **options))


def elementwise_samples(
    name: str,
    *makers: Callable[..., Maker],
    reference: Callable[..., Any] | None = None,
    **options: Any,
) -> None:
    """Samples of an elementwise primitive: matrices, scalars, empty arrays and broadcasting.

    `makers` make the inputs from shapes, one per input: ``elementwise_samples("log", positive)``.
    """
    options["reference"] = reference
    n = len(makers)

    def add(label: str, *shapes: tuple[int, ...]) -> None:
        inputs = [make(*shape) for make, shape in zip(makers, shapes, strict=True)]
        sample(name, *inputs, label=label, **options)

    add("matrix", *[(2, 3)] * n)
    add("scalar", *[()] * n)
    add("empty", *[(0, 3)] * n)
    if n > 1:
        add("row", (2, 3), *[(3,)] * (n - 1))
        add("column", *[(2, 1)] * (n - 1), (1, 3))
        add("scalar_first", (), *[(2, 2)] * (n - 1))


# Makers of inputs. Values keep a distance from kinks (0, 1, ties) so that differences are valid.


def reals(*shape: int) -> Maker:
    """Real numbers of both signs, at least 0.1 away from zero and 0.003 from one another."""
    return lambda rng: _apart(rng, shape, 0.1, 2.0) * rng.choice([-1.0, 1.0], shape)


def positive(*shape: int) -> Maker:
    """Numbers between 0.2 and 2."""
    return lambda rng: _apart(rng, shape, 0.2, 2.0)


def unit(*shape: int) -> Maker:
    """Numbers between -0.9 and 0.9."""
    return lambda rng: _apart(rng, shape, 0.05, 0.9) * rng.choice([-1.0, 1.0], shape)


def above_one(*shape: int) -> Maker:
    """Numbers between 1.1 and 3."""
    return lambda rng: _apart(rng, shape, 1.1, 3.0)


def integers(low: int, high: int, *shape: int) -> Maker:
    """int32 numbers in ``[low, high)``."""
    return lambda rng: rng.integers(low, high, shape).astype(np.int32)


def booleans(*shape: int) -> Maker:
    """True and False."""
    return lambda rng: rng.random(shape) < 0.5


def fixed(values: Any, dtype: Any = None) -> Maker:
    """Given values."""
    return lambda rng: np.array(values, dtype)


def _apart(rng: np.random.Generator, shape: tuple[int, ...], low: float, high: float) -> Any:
    n = int(np.prod(shape))
    grid = np.linspace(low, high, n + 1)[:n] + rng.random(n) * 0.5 * (high - low) / (n + 1)
    return rng.permutation(grid).reshape(shape)


def load() -> list[Sample]:
    """All samples of all families; every family of operations is imported for them."""
    for package, prefix in (("tapegrad.ops", ""), ("tests.ops", "samples_")):
        path = importlib.import_module(package).__path__
        for module in pkgutil.iter_modules(path):
            if module.name.startswith(prefix):
                importlib.import_module(f"{package}.{module.name}")
    return SAMPLES
