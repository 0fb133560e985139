"""``torch.testing``: comparing results, and making tensors to compare."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

import tapegrad.torch as torch
from tapegrad.torch.documentation import documented
from tapegrad.torch.tensor import Tensor

__all__ = ["assert_allclose", "assert_close", "make_tensor"]

_TOLERANCES = {
    torch.float16: (1e-3, 1e-5),
    torch.bfloat16: (1.6e-2, 1e-5),
    torch.float32: (1.3e-6, 1e-5),
    torch.float64: (1e-7, 1e-7),
    torch.complex64: (1.3e-6, 1e-5),
    torch.complex128: (1e-7, 1e-7),
}
_TEXTS = {
    "actual": "A tensor, a number, or a sequence or mapping of such.",
    "expected": "What it should be.",
    "allow_subclasses": "Whether two classes of tensors may be compared.",
    "rtol": "The difference that is allowed, relative to `expected`; by default by the type.",
    "atol": "The difference that is allowed; to be given together with `rtol`.",
    "equal_nan": "Whether NaN equals NaN.",
    "check_device": "Without effect: there is only the processor.",
    "check_dtype": "Whether types must be equal.",
    "check_layout": "Without effect: there is only one.",
    "check_stride": "Whether strides must be equal.",
    "msg": "What the error says, or a function of what it would say.",
    "shape": "The shape.",
    "low": "The smallest number.",
    "high": "The number after the largest.",
    "exclude_zero": "Whether zeros are replaced by small numbers.",
    "noncontiguous": "Whether entries lie apart in memory.",
}

_NUMBERS = (bool, int, float, complex, np.generic)


class _Comparison:
    """The options of one call, and what is compared with them."""

    def __init__(self, rtol: Any, atol: Any, options: dict[str, Any]) -> None:
        if (rtol is None) != (atol is None):
            absent = "rtol" if rtol is None else "atol"
            raise ValueError(
                f"Both 'rtol' and 'atol' must be either specified or omitted, but got no {absent}."
            )
        self.rtol, self.atol, self.options = rtol, atol, options

    def check(self, actual: Any, expected: Any, where: str = "") -> None:
        """Compare anything; AssertionError with what differs and where."""
        if isinstance(actual, Tensor) and isinstance(expected, Tensor):
            self._check_tensors(actual, expected, where)
        elif _both(actual, expected, Mapping):
            self._check_mappings(actual, expected, where)
        elif _both(actual, expected, Sequence) and not isinstance(actual, str):
            if len(actual) != len(expected):
                self._fail(
                    f"The length of the sequences mismatch: {len(actual)} != {len(expected)}", where
                )
            for i, (a, b) in enumerate(zip(actual, expected, strict=True)):
                self.check(a, b, f"{where}[{i}]")
        elif isinstance(actual, _NUMBERS) and isinstance(expected, _NUMBERS):
            self._check_numbers(actual, expected, where)
        elif isinstance(actual, np.ndarray) and isinstance(expected, np.ndarray):
            self._check_tensors(torch.as_tensor(actual), torch.as_tensor(expected), where)
        elif actual is None or expected is None:
            if actual is not expected:
                self._fail(f"None mismatch: {actual} is not {expected}", where)
        else:
            raise TypeError(
                "No comparison pair was able to handle inputs of type "
                f"{type(actual)} and {type(expected)}."
                + (f"\n\nThe failure occurred for item {where}" if where else "")
            )

    def _fail(self, text: str, where: str) -> None:
        if where:
            text += f"\n\nThe failure occurred for item {where}"
        msg = self.options["msg"]
        raise AssertionError(text if msg is None else msg(text) if callable(msg) else msg)

    def _check_mappings(self, actual: Any, expected: Any, where: str) -> None:
        missing, extra = set(expected) - set(actual), set(actual) - set(expected)
        if missing or extra:
            self._fail(
                "The keys of the mappings do not match:\n"
                f"Missing keys in the actual mapping: {sorted(missing)}\n"
                f"Additional keys in the actual mapping: {sorted(extra)}",
                where,
            )
        for key in sorted(actual, key=str):
            self.check(actual[key], expected[key], f"{where}[{key!r}]")

    def _tolerances(self, *dtypes: Any) -> tuple[float, float]:
        if self.rtol is not None:
            return self.rtol, self.atol
        known = [_TOLERANCES.get(d, (0.0, 0.0)) for d in dtypes]
        return max(r for r, _ in known), max(a for _, a in known)

    def _check_numbers(self, actual: Any, expected: Any, where: str) -> None:
        if self.options["check_dtype"] and type(actual) is not type(expected):
            self._fail(f"The (d)types do not match: {type(actual)} != {type(expected)}.", where)
        kinds = {bool: torch.bool, int: torch.int64, float: torch.float64}
        dtypes = [kinds.get(type(v), torch.complex128) for v in (actual, expected)]
        self._compare(np.asarray(actual), np.asarray(expected), self._tolerances(*dtypes), where)

    def _check_tensors(self, actual: Tensor, expected: Tensor, where: str) -> None:
        if not self.options["allow_subclasses"] and type(actual) is not type(expected):
            raise TypeError(
                "No comparison pair was able to handle inputs of type "
                f"{type(actual)} and {type(expected)}."
            )
        if actual.shape != expected.shape:
            self._fail(
                f"The values for attribute 'shape' do not match: {actual.shape} != "
                f"{expected.shape}.",
                where,
            )
        if self.options["check_dtype"] and actual.dtype != expected.dtype:
            self._fail(
                f"The values for attribute 'dtype' do not match: {actual.dtype} != "
                f"{expected.dtype}.",
                where,
            )
        if self.options["check_stride"] and actual.stride() != expected.stride():
            self._fail(
                f"The values for attribute 'stride()' do not match: {actual.stride()} != "
                f"{expected.stride()}.",
                where,
            )
        tolerances = self._tolerances(actual.dtype, expected.dtype)
        a, b = (np.asarray(v.detach().resolve_conj()._value) for v in (actual, expected))
        self._compare(a, b, tolerances, where)

    def _compare(self, a: Any, b: Any, tolerances: tuple[float, float], where: str) -> None:
        rtol, atol = tolerances
        kinds = a.dtype.kind + b.dtype.kind
        if "f" not in kinds and "c" not in kinds:
            common: Any = np.int64
        else:
            common = np.result_type(a, b, np.float32 if a.ndim else np.float64)
        a, b = a.astype(common), b.astype(common)
        with np.errstate(all="ignore"):
            far = np.abs(a - b)
            close = (a == b) | (np.isfinite(far) & (far <= atol + rtol * np.abs(b)))
            if self.options["equal_nan"]:
                close |= np.isnan(a) & np.isnan(b)
            if close.all():
                return
            apart = np.where(close, 0, far)
            size = np.abs(b)
            if common is np.int64 and a.ndim:  # as PyTorch divides integers
                far, size = far.astype(np.float32), size.astype(np.float32)
            relative = np.where(close, 0, far / size)
        equal = rtol == 0 and atol == 0
        title = f"are not {'equal' if equal else 'close'}!"
        up_to = ["", ""] if equal else [f" (up to {v} allowed)" for v in (atol, rtol)]
        if a.ndim == 0:
            lines = [
                f"Scalars {title}\n",
                f"Expected {b.item()} but got {a.item()}.",
                f"Absolute difference: {apart.item()}{up_to[0]}",
                f"Relative difference: {relative.item()}{up_to[1]}",
            ]
        else:
            count = int(a.size - close.sum())
            lines = [
                f"Tensor-likes {title}\n",
                f"Mismatched elements: {count} / {a.size} ({count / a.size:.1%})",
            ]
            for name, found, allowed in zip(
                ("absolute", "relative"), (apart, relative), up_to, strict=True
            ):
                at = np.unravel_index(int(np.argmax(found)), found.shape)
                index = tuple(int(i) for i in at)
                value = found[at].item()
                lines.append(f"Greatest {name} difference: {value} at index {index}{allowed}")
        self._fail("\n".join(lines), where)


def _both(a: Any, b: Any, kind: Any) -> bool:
    return isinstance(a, kind) and isinstance(b, kind)


@documented(
    "torch.testing.assert_close(torch.tensor([1.0]), torch.tensor([1.0 + 1e-7])) is None",
    "True",
    **_TEXTS,
)
def assert_close(
    actual: Any,
    expected: Any,
    *,
    allow_subclasses: bool = True,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    check_device: bool = True,
    check_dtype: bool = True,
    check_layout: bool = True,
    check_stride: bool = False,
    msg: Any = None,
) -> None:
    r"""Raise an AssertionError unless :math:`|a - b| \le atol + rtol |b|` everywhere.

    Shapes and types must be equal, too; sequences and mappings are compared entry by entry.
    """
    options = {
        "allow_subclasses": allow_subclasses,
        "equal_nan": equal_nan,
        "check_dtype": check_dtype,
        "check_stride": check_stride,
        "msg": msg,
    }
    _Comparison(rtol, atol, options).check(actual, expected)


@documented(
    "import warnings\n"
    "with warnings.catch_warnings():\n"
    "    warnings.simplefilter('ignore')\n"
    "    found = torch.testing.assert_allclose(torch.ones(2), [1.0, 1.0])\n"
    "\n"
    "found is None",
    "True",
    **_TEXTS,
)
def assert_allclose(
    actual: Any,
    expected: Any,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = True,
    msg: str = "",
) -> None:
    """`assert_close` for what can be made tensors, whatever its type; deprecated."""
    warnings.warn(
        "`torch.testing.assert_allclose()` is deprecated since 1.12 and will be removed in a "
        "future release. Please use `torch.testing.assert_close()` instead. You can find detailed "
        "upgrade instructions in https://github.com/pytorch/pytorch/issues/61844.",
        FutureWarning,
        stacklevel=2,
    )
    a = actual if isinstance(actual, Tensor) else torch.tensor(actual)
    b = expected if isinstance(expected, Tensor) else torch.tensor(expected, dtype=a.dtype)
    if rtol is None and atol is None:
        pairs = [_TOLERANCES.get(v.dtype, (0.0, 0.0)) for v in (a, b)]
        rtol, atol = max(r for r, _ in pairs), max(t for _, t in pairs)
    assert_close(
        a, b, rtol=rtol, atol=atol, equal_nan=equal_nan, check_dtype=False, msg=msg or None
    )


@documented(
    "torch.testing.make_tensor(2, 3, dtype=torch.int64, device='cpu').shape",
    "torch.Size([2, 3])",
    **_TEXTS,
)
def make_tensor(
    *shape: Any,
    dtype: Any,
    device: Any = "cpu",
    low: float | None = None,
    high: float | None = None,
    requires_grad: bool = False,
    noncontiguous: bool = False,
    exclude_zero: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """Random numbers for a test: from -9 up to 9 if nothing else is said.

    ValueError if `low` is not below `high`.
    """
    size = tuple(shape[0]) if len(shape) == 1 and not isinstance(shape[0], int) else shape
    whole = not (dtype.is_floating_point or dtype.is_complex)
    if dtype is torch.bool:
        default = (0, 2)
    elif dtype is torch.uint8:
        default = (0, 10)
    else:
        default = (-9, 10 if whole else 9)
    least = default[0] if low is None else low
    most = default[1] if high is None else high
    if not least < most:
        raise ValueError(f"`low` must be less than `high`, but got {low} >= {high}")
    wide = (*size[:-1], 2 * size[-1]) if noncontiguous and size else size
    if whole:
        found = torch.randint(int(np.ceil(least)), int(np.ceil(most)), wide).to(dtype)
    else:
        found = torch.rand(*wide, dtype=dtype)
        offset = complex(least, least) if dtype.is_complex else least
        found = found * (most - least) + offset
    if noncontiguous and size:
        found = found[..., ::2]
    if exclude_zero:
        small = 1 if whole else torch.finfo(dtype).tiny
        found = torch.where(found == 0, torch.full_like(found, small), found)
    return found.detach().requires_grad_(requires_grad)
