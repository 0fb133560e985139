"""Other names: copies of views, complex views, questions about tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.structural import identity
from tapegrad.core.table import TABLE
from tapegrad.core.tensor import wrap
from tapegrad.ops import complex as core_complex
from tapegrad.torch import creation, diagonals, pieces, shaping
from tapegrad.torch.documentation import documented
from tapegrad.torch.dtypes import from_numpy_dtype, get_default_dtype
from tapegrad.torch.examples import as_array
from tapegrad.torch.linalg import cholesky as _cholesky
from tapegrad.torch.linalg import det, inv, matrix_exp, matrix_power, pinv, slogdet
from tapegrad.torch.node import node_type
from tapegrad.torch.operation import operation, takes_out
from tapegrad.torch.running import run
from tapegrad.torch.sorting import named_result
from tapegrad.torch.tensor import Tensor, install, wrapped

__all__ = [
    "adjoint",
    "alias_copy",
    "allclose",
    "as_strided_copy",
    "cholesky",
    "complex",
    "det",
    "detach",
    "diagonal_copy",
    "equal",
    "expand_copy",
    "fill",
    "frexp",
    "inverse",
    "is_complex",
    "is_floating_point",
    "is_nonzero",
    "is_tensor",
    "isclose",
    "logdet",
    "matrix_exp",
    "matrix_power",
    "narrow_copy",
    "numel",
    "permute_copy",
    "pinverse",
    "polar",
    "scalar_tensor",
    "slogdet",
    "split_copy",
    "squeeze_copy",
    "t_copy",
    "transpose_copy",
    "unbind_copy",
    "unfold_copy",
    "unravel_index",
    "unsqueeze_copy",
    "view_as_complex",
    "view_as_real",
    "view_copy",
]


def _copied(part: Tensor, shown: str) -> Tensor:
    copy: Tensor = run(identity, node_type(f"{shown}Backward0_copy"), (part,), {})
    return copy


def _copying(name: str, view: Any, example: str) -> Any:
    shown = "".join(part.capitalize() for part in name.removesuffix("_copy").split("_"))

    def call(input: Tensor, *args: Any, **kwargs: Any) -> Any:
        result = view(input, *args, **kwargs)
        if isinstance(result, tuple):
            return tuple([_copied(part, shown) for part in result])
        return _copied(result, shown)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"`{name.removesuffix('_copy')}`, in memory of its own."
    return documented(
        f"torch.{name}({example})",
        "",
        args="As for the view.",
        kwargs="As for the view.",
    )(call)


alias_copy = _copying("alias_copy", lambda x: x, "torch.ones(2)")
as_strided_copy = _copying("as_strided_copy", pieces.as_strided, "torch.ones(2), (1,), (1,)")
diagonal_copy = _copying("diagonal_copy", diagonals.diagonal, "torch.eye(2)")
expand_copy = _copying("expand_copy", shaping.expand, "torch.ones(1), (2,)")
narrow_copy = _copying("narrow_copy", pieces.narrow, "torch.ones(3), 0, 0, 2")
permute_copy = _copying("permute_copy", shaping.permute, "torch.ones(1, 2), (1, 0)")
split_copy = _copying("split_copy", pieces.split, "torch.ones(2), 1")
squeeze_copy = _copying("squeeze_copy", shaping.squeeze, "torch.ones(1, 2)")
t_copy = _copying("t_copy", shaping.t, "torch.ones(1, 2)")
transpose_copy = _copying("transpose_copy", shaping.transpose, "torch.ones(1, 2), 0, 1")
unbind_copy = _copying("unbind_copy", shaping.unbind, "torch.ones(2)")
unfold_copy = _copying("unfold_copy", pieces.unfold, "torch.ones(3), 0, 2, 1")
unsqueeze_copy = _copying("unsqueeze_copy", shaping.unsqueeze, "torch.ones(2), 0")
view_copy = _copying("view_copy", shaping.view, "torch.ones(2), (2, 1)")

# Complex numbers


@documented("torch.view_as_complex(torch.tensor([[1.0, 2.0]]))", "")
@operation("ViewAsComplexBackward0", method=False)
def view_as_complex(input: Any) -> Any:
    """Pairs of numbers in the last dimension as complex numbers."""
    if not input._value.ndim:
        raise RuntimeError("Input tensor must have one or more dimensions")
    if input._value.shape[-1] != 2:
        raise RuntimeError("Tensor must have a last dimension of size 2")
    part = TABLE["getitem"]
    return core_complex.complex(part(input, index=(Ellipsis, 0)), part(input, index=(Ellipsis, 1)))


@documented("torch.view_as_real(torch.tensor([1 + 2j]))", "")
@operation("ViewAsRealBackward0", method=False)
def view_as_real(input: Any) -> Any:
    """Complex numbers as pairs of numbers in a last dimension."""
    if input._value.dtype.kind != "c":
        raise RuntimeError("view_as_real is only supported for complex tensors")
    return TABLE["stack"](core_complex.real(input), core_complex.imag(input), axis=-1)


@documented(
    "torch.complex(torch.tensor([1.0]), torch.tensor([2.0]))",
    "",
    real="Real parts.",
    imag="Imaginary parts.",
)
@operation(method=False)
def complex(real: Any, imag: Any) -> Any:
    """Complex numbers of their parts."""
    if real._value.dtype != imag._value.dtype:
        first, second = (from_numpy_dtype(x._value.dtype).abbreviation for x in (real, imag))
        raise RuntimeError(
            f"Expected object of scalar type {first} but got scalar type {second} for second "
            f"argument"
        )
    shape = np.broadcast_shapes(real._value.shape, imag._value.shape)
    spread = TABLE["broadcast_to"]
    parts = [x if x._value.shape == shape else spread(x, to=shape) for x in (real, imag)]
    return core_complex.complex(*parts)


@documented(
    "torch.polar(torch.tensor([1.0]), torch.tensor([0.0]))",
    "",
    abs="Magnitudes.",
    angle="Angles in radians.",
)
@operation(method=False)
def polar(abs: Any, angle: Any) -> Any:
    """Complex numbers of their magnitudes and angles."""
    parts = [TABLE["multiply"](abs, TABLE[name](angle)) for name in ("cos", "sin")]
    return TABLE["complex"](*parts)


def adjoint(input: Tensor) -> Tensor:
    """The conjugate transpose of matrices."""
    return _adjoint(input, "adjoint()", "tensor.adjoint()")


def _adjoint(input: Tensor, name: str, called: str) -> Tensor:
    shaping.check_matrices(input, called)
    if not input._value.ndim:
        shaping.warn_of_number(name, "Consider using x.conj().")
    result: Tensor = (input.transpose(-2, -1) if input._value.ndim else input).conj()
    return result


documented("torch.adjoint(torch.tensor([[1j, 2j]]))", "")(adjoint)


def _h(self: Tensor) -> Tensor:
    """The conjugate transpose of a matrix."""
    if self._value.ndim not in (0, 2):
        raise RuntimeError(
            f"tensor.H is only supported on matrices (2-D tensors). Got {self._value.ndim}-D "
            f"tensor."
        )
    return _adjoint(self, "Tensor.H", "tensor.H")


def _mh(self: Tensor) -> Tensor:
    """The conjugate transpose of matrices."""
    return _adjoint(self, "Tensor.mH", "tensor.mH")


# Questions about tensors


@documented("torch.is_tensor(torch.ones(1))", "", obj="Anything.")
def is_tensor(obj: Any) -> bool:
    """Whether it is a tensor."""
    return isinstance(obj, Tensor)


@documented("torch.numel(torch.ones(2, 3))", "")
def numel(input: Tensor) -> int:
    """How many elements a tensor has."""
    return input.numel()


@documented("torch.is_floating_point(torch.ones(1))", "")
def is_floating_point(input: Tensor) -> bool:
    """Whether the type is a real floating point one."""
    return input.is_floating_point()


@documented("torch.is_complex(torch.ones(1))", "")
def is_complex(input: Tensor) -> bool:
    """Whether the type is complex."""
    return input.is_complex()


@documented("torch.is_nonzero(torch.tensor([2.0]))", "")
def is_nonzero(input: Tensor) -> bool:
    """Whether the only element is not zero."""
    return bool(input)


@documented("torch.equal(torch.ones(2), torch.ones(2))", "", other="Another tensor.")
def equal(input: Tensor, other: Tensor) -> bool:
    """Whether two tensors have the same shape and elements."""
    if not isinstance(other, Tensor):
        raise TypeError(
            f"equal(): argument 'other' (position 2) must be Tensor, not {type(other).__name__}"
        )
    return bool(np.array_equal(input._value, other._value))


@documented(
    "torch.isclose(torch.tensor([1.0]), torch.tensor([1.0 + 1e-7]))",
    "",
    rtol="The difference allowed, in parts of `other`.",
    atol="The difference allowed besides.",
    equal_nan="Whether NaN is close to NaN.",
)
def isclose(
    input: Tensor,
    other: Tensor,
    rtol: float = 1e-05,
    atol: float = 1e-08,
    equal_nan: bool = False,
) -> Tensor:
    """Where two tensors are nearly equal."""
    _same_type(input, other)
    close = np.isclose(input._value, other._value, rtol, atol, equal_nan)
    return wrapped(np.asarray(close)[()])


@documented(
    "torch.allclose(torch.tensor([1.0]), torch.tensor([1.0 + 1e-7]))",
    "",
    rtol="The difference allowed, in parts of `other`.",
    atol="The difference allowed besides.",
    equal_nan="Whether NaN is close to NaN.",
)
def allclose(
    input: Tensor,
    other: Tensor,
    rtol: float = 1e-05,
    atol: float = 1e-08,
    equal_nan: bool = False,
) -> bool:
    """Whether two tensors are nearly equal everywhere."""
    _same_type(input, other)
    return bool(np.allclose(input._value, other._value, rtol, atol, equal_nan))


def _same_type(a: Tensor, b: Tensor) -> None:
    if a._value.dtype != b._value.dtype:
        raise RuntimeError(f"{a.dtype.abbreviation} did not match {b.dtype.abbreviation}")


# The rest


@documented("torch.detach(torch.ones(2))", "")
def detach(input: Tensor) -> Tensor:
    """The same memory without the graph."""
    return input.detach()


@documented("torch.fill(torch.zeros(2), 3.0)", "", value="A number, or a tensor.")
def fill(input: Tensor, value: Any) -> Tensor:
    """One value everywhere, in the shape and type of a tensor."""
    return input.clone().fill_(value)


@documented("torch.scalar_tensor(2.0)", "", s="A number.", options="As for `zeros`.")
def scalar_tensor(s: Any, **options: Any) -> Tensor:
    """A tensor without dimensions, of the default type."""
    return creation.full((), s, **{"dtype": get_default_dtype(), **options})


Frexp = named_result("frexp", "mantissa", "exponent")


@documented("torch.frexp(torch.tensor([8.0])).exponent", "")
@operation("FrexpBackward0")
def frexp(input: Any) -> Any:
    r"""Mantissas and exponents: :math:`x = m\, 2^e` with :math:`0.5 \le |m| < 1`."""
    mantissa, exponent = np.frexp(input._value)
    scale = wrap(np.ldexp(np.ones_like(mantissa), -exponent)[()])
    return Frexp(TABLE["multiply"](input, scale), wrap(np.asarray(exponent, np.int32)[()]))


@documented("torch.logdet(torch.eye(2))", "")
def logdet(input: Tensor) -> Tensor:
    """The logarithm of determinants; NaN for negative ones."""
    sign, magnitude = slogdet(input)
    return magnitude.where(sign >= 0, magnitude.new_tensor(float("nan")))


@documented("torch.cholesky(torch.eye(2))", "", upper="Whether the factor is upper triangular.")
@takes_out
def cholesky(input: Tensor, upper: bool = False, *, out: Any = None) -> Tensor:
    """The factor of positive-definite matrices."""
    return _cholesky(input, upper=upper)


@documented(
    "torch.unravel_index(torch.tensor([3]), (2, 2))",
    "",
    indices="Places in the flattened tensor.",
    shape="Its shape.",
)
def unravel_index(indices: Tensor, shape: Any) -> tuple[Tensor, ...]:
    """Places in a tensor of places in the flattened one."""
    sizes = (shape,) if hasattr(shape, "__index__") else tuple(shape)
    found = np.unravel_index(as_array(indices._value), sizes)
    return tuple([wrapped(np.asarray(i, np.int64)[()]) for i in found])


inverse, pinverse = inv, pinv
install(
    H=property(_h),
    mH=property(_mh),
    adjoint=adjoint,
    isclose=isclose,
    allclose=allclose,
    equal=equal,
    det=det,
    logdet=logdet,
    slogdet=slogdet,
    inverse=inv,
    pinverse=pinv,
    matrix_exp=matrix_exp,
    matrix_power=matrix_power,
    cholesky=cholesky,
)
