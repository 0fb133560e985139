"""Arrays of every kind that prints in its own way, with the options that they are printed under."""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import numpy as np


class PrintCase(NamedTuple):
    """An array, what it is printed as, and under which options."""

    array: np.ndarray[Any, Any]
    dtype: str
    options: dict[str, Any]
    said: dict[str, Any]


def f32(values: Any, **options: Any) -> PrintCase:
    return PrintCase(np.array(values, np.float32), "float32", options, {})


def of(values: Any, dtype: str, **said: Any) -> PrintCase:
    """A tensor of another dtype, or with something said after it."""
    stored = np.float32 if dtype == "bfloat16" else dtype
    return PrintCase(np.array(values, stored), dtype, {}, said)


NAN, INF = float("nan"), float("inf")
LINE = np.arange(30) / 7
NAMED: dict[str, PrintCase] = {
    "scalar": f32(3.0),
    "scalar_fraction": f32(0.41211849),
    "scalar_negative_zero": f32(-0.0),
    "scalar_nan": f32(NAN),
    "scalar_infinite": f32(-INF),
    "scalar_large": f32(1e10),
    "scalar_small": f32(1e-5),
    "scalar_bool": of(True, "bool"),
    "scalar_integer": of(-7, "int64"),
    "scalar_complex": of(1 - 2j, "complex64"),
    "negative_zeros": f32([-0.0, 0.0]),
    "zeros_and_a_fraction": f32([-0.0, 0.5]),
    "whole": f32([1.0, -20.0, 300.0]),
    "whole_and_nan": f32([1.0, NAN, 300.0]),
    "whole_and_infinite": f32([1.0, -INF, INF, 3.0]),
    "only_nan": f32([NAN, NAN]),
    "only_infinite": f32([INF, -INF, 0.0]),
    "fractions_and_nan": f32([0.5, NAN, -INF, 12.25]),
    "ratio_of_1000": f32([1.0, 1000.0]),
    "ratio_above_1000": f32([1.0, 1001.0]),
    "fraction_ratio_of_1000": f32([0.5, 500.0]),
    "fraction_ratio_above_1000": f32([0.5, 501.0, 0.0, NAN]),
    "at_1e8": f32([1e8]),
    "above_1e8": f32([1.1e8]),
    "at_1e-4": of([1e-4], "float64"),
    "below_1e-4": f32([0.9e-4]),
    "huge_float64": of([1e308, 1e-308], "float64"),
    "least_float64": of([5e-324, -5e-324], "float64"),
    "rounds_up": f32([0.99999, 0.00015]),
    "rounds_to_more_digits": f32([9.99996, -9.99996]),
    "half_rounds_to_even": of([0.00005, 0.00015, 0.00025, 2.5], "float64"),
    "integers": of([1, -20, 300], "int64"),
    "integer_ends": of([-(2**63), 2**63 - 1], "int64"),
    "bools": of([[True, False], [False, False]], "bool"),
    "all_true": of([True, True], "bool"),
    "complex_of_two_scales": of([1e6 + 1j, 1 - 0.001j, -3.5 + 0j], "complex64"),
    "complex_nan": of([complex(NAN, -INF), 1 - 0j, complex(0.0, NAN)], "complex64"),
    "complex_whole": of([1 + 2j, -10 - 20j], "complex128"),
    "complex_negative_zero": of([complex(-0.0, -0.0)], "complex64"),
    "half": of([0.1, 65504, -1e-7], "float16"),
    "brain": of([0.1, 3.14159, -2], "bfloat16"),
    "brain_whole": of([256.0, -2], "bfloat16"),
    "brain_large": of([3e38, 1.0, INF], "bfloat16"),
    "wrapped": f32(LINE),
    "wrapped_negative": f32(-LINE),
    "wrapped_matrix": f32(np.stack([LINE, -LINE])),
    "four_axes": f32(np.arange(16).reshape(2, 2, 2, 2)),
    "five_axes": f32(np.arange(8).reshape(2, 1, 2, 1, 2) / 3),
    "one_column": f32([[1.0], [2.5]]),
    "at_threshold": f32(np.arange(1000)),
    "above_threshold": f32(np.arange(1001)),
    "large_matrix": f32(np.arange(40 * 40).reshape(40, 40) / 3),
    "tall_matrix": f32(np.arange(1200).reshape(300, 4)),
    "wide_matrix": f32(np.arange(1200).reshape(4, 300)),
    "six_of_each": f32(np.arange(6**4).reshape(6, 6, 6, 6)),
    "seven_of_each": f32(np.arange(7**4).reshape(7, 7, 7, 7) / 2),
    "large_integers": of(np.arange(2000) ** 3, "int64"),
    "large_bools": of(np.arange(1200) % 3 == 0, "bool"),
    "large_complex": of(np.arange(1200) * (1 - 0.5j), "complex64"),
    "hidden_values_have_no_say": f32(np.where(np.arange(1200) == 600, 1e20, 1.5)),
    "reversed": f32(np.arange(5.0)[::-1]),
    "transposed": f32(np.arange(6.0).reshape(2, 3).T),
}

for _dtype in ("uint8", "int8", "int16", "int32", "uint16", "uint32", "uint64"):
    NAMED[f"some_{_dtype}"] = of([[1, 100], [0, 7]], _dtype)

for _shape in [(0,), (0, 3), (3, 0), (2, 0, 3), (1, 0)]:
    for _dtype in ("float32", "float64", "int64", "bool", "complex64"):
        _name = "empty_" + "_".join(map(str, _shape))
        NAMED[f"{_name}_{_dtype}"] = of(np.zeros(_shape), _dtype)
NAMED["empty_said"] = of(np.zeros((0, 3)), "float64", grad_fn="CloneBackward0")

_ARRAYS = {
    "few": [1.0, 2.5],
    "lines": LINE,
    "square": np.arange(9.0).reshape(3, 3) / 8,
    "one": 2.5,
}
_SAID: dict[str, dict[str, Any]] = {
    "followed": {"requires_grad": True},
    "made": {"grad_fn": "CloneBackward0"},
    "named": {"kind": "Coordinates"},
    "named_made": {"kind": "Coordinates", "grad_fn": "AliasBackward0"},
    "tangent": {"tangent": "1.5"},
    "default_float64": {"default_dtype": "float64", "requires_grad": True},
    "default_float16": {"default_dtype": "float16"},
}
for (_name, _values), (_how, _said), _dtype in itertools.product(
    _ARRAYS.items(), _SAID.items(), ("float32", "float64", "complex128", "float16")
):
    if _how == "tangent" and (_name != "one" or _dtype != "float32"):
        continue
    NAMED[f"{_name}_{_how}_{_dtype}"] = of(_values, _dtype, **_said)

# The last character that fits on the line.
for _length in range(8, 16):
    NAMED[f"suffix_fits_{_length}"] = of([0.5] * _length, "float64", requires_grad=True)

_OPTIONS: list[dict[str, Any]] = [
    {"precision": 0},
    {"precision": 2},
    {"precision": 12},
    {"threshold": 5},
    {"threshold": 0, "edgeitems": 1},
    {"threshold": 3, "edgeitems": 0},
    {"edgeitems": 0},
    {"edgeitems": 5, "threshold": 4},
    {"linewidth": 40},
    {"linewidth": 1},
    {"linewidth": 200},
    {"profile": "short"},
    {"profile": "full"},
    {"profile": "short", "precision": 6},
    {"profile": "unknown"},
    {"sci_mode": True},
    {"sci_mode": False},
    {"sci_mode": True, "precision": 1},
]
_PRINTED: dict[str, Any] = {
    "fractions": LINE,
    "whole": np.arange(-15.0, 15.0),
    "matrix": np.arange(81.0).reshape(9, 9) / 7,
    "cube": np.arange(27.0).reshape(3, 3, 3),
    "scales": [1e-6, 1.0, 1e6, NAN],
    "scalar": 1 / 3,
    "zeros": [0.0, -0.0],
    "large": np.arange(1500.0).reshape(3, 500),
}
for (_name, _values), (_number, _chosen) in itertools.product(
    _PRINTED.items(), enumerate(_OPTIONS)
):
    NAMED[f"{_name}_options_{_number}"] = f32(_values, **_chosen)


def random_case(seed: int) -> PrintCase:
    """Any array under any options. The stream of RandomState never changes."""
    random = np.random.RandomState(seed)
    shape = tuple(random.randint(1, (1500, 1500, 45, 10, 7)[ndim := random.randint(5)], ndim))
    if random.rand() < 0.5:
        shape = tuple(min(length, 8) for length in shape)
    values = random.standard_normal(shape) * 10.0 ** random.randint(-7, 9)
    dtype = ("float32", "float64", "float16", "bfloat16", "int64", "int32", "bool", "complex64")[
        random.randint(8)
    ]
    change = random.randint(4)
    if change == 0:
        values = np.round(values)
    elif change == 1:
        values = np.where(random.rand(*shape) < 0.2, (NAN, INF, -INF, 0.0)[seed % 4], values)
    elif change == 2:
        values = np.exp(random.standard_normal(shape) * 3)
    if dtype.startswith("int"):
        values = np.clip(np.nan_to_num(values), -(2.0**31), 2.0**31 - 1)
    elif dtype == "bool":
        values = values > 0
    elif dtype == "complex64":
        values = values + 1j * random.standard_normal(shape) * 10.0 ** random.randint(-4, 6)
    elif dtype == "float16":
        values = np.clip(values, -65504, 65504)
    options: dict[str, Any] = {}
    if random.rand() < 0.4:
        options = {
            "precision": int(random.randint(9)),
            "threshold": int(random.randint(300)),
            "edgeitems": int(random.randint(6)),
            "linewidth": int(random.randint(1, 150)),
            "sci_mode": (None, True, False)[random.randint(3)],
        }
    said = {"grad_fn": "CloneBackward0"} if dtype.startswith("float") and seed % 2 else {}
    return of(values, dtype, **said)._replace(options=options)


CASES = NAMED | {f"random_{seed}": random_case(seed) for seed in range(150)}
