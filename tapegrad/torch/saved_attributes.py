"""What nodes have saved, by the names that PyTorch gives it: ``y.grad_fn._saved_result``.

PyTorch has such an attribute for each argument that a derivative formula reads. Here the engine's
rules decide what is kept; what they do not read is None, as it is in PyTorch where no gradient
needs it.
"""

from __future__ import annotations

from typing import Any

from tapegrad.core.tape import Spec
from tapegrad.torch import mutations
from tapegrad.torch.node import AccumulateGrad, Node
from tapegrad.torch.saved import unpack_record
from tapegrad.torch.tensor import Tensor, wrapped

#: Names of saved tensors, with the number of the argument, or -1 for the first result; and the
#: nodes that have them, without the word "Backward" in their names.
_SAVED: tuple[tuple[dict[str, int], str], ...] = (
    (
        {"self": 0},
        """
        Abs0 Acos0 Acosh0 AdaptiveAvgPool2D0 AdaptiveAvgPool3D0 AdaptiveMaxPool2D0
        AdaptiveMaxPool3D0 Angle0 Asin0 Asinh0 Atan0 Atanh0 AvgPool2D0 AvgPool3D0 Celu0
        CholeskyInverse0 Clamp0 ClampMax1 ClampMin1 Cos0 Cosh0 Cummax0 Cummin0 Digamma0 Elu0
        Erf0 Erfc0 Erfinv0 FftR2C0 FractionalMaxPool2D0 FractionalMaxPool3D0 Gelu0 Glu0
        Hardshrink0 Hardsigmoid0 Hardswish0 Hardtanh0 I00 LeakyRelu0 Lgamma0 LinalgMatrixExp0
        Log0 Log100 Log1P0 Log20 Logit0 MaxPool2DWithIndices0 MaxPool3DWithIndices0 Mish0
        Mvlgamma0 NanToNum0 Nansum0 Polygamma0 Pow0 ReflectionPad1D0 Renorm0 ReplicationPad1D0
        ReplicationPad2D0 Silu0 Sin0 Sinc0 Sinh0 Softplus0 Softshrink0 SpecialEntr0 Threshold0
        Var0 VarMean0
        """,
    ),
    (
        {"self": 0, "result": -1},
        """
        Amax0 Amin0 Copysign0 Cumprod0 LinalgPinv0 LinalgSolveTriangular0 LinalgVectorNorm0
        Logcumsumexp0 Logsumexp0 Max1 Median0 Min1 Nanmedian0 Pdist0 Prod0 Prod1 Sgn0
        SpecialErfcx0 SpecialI0E0 SpecialI10 SpecialI1E0 SpecialLogNdtr0 Std0
        """,
    ),
    (
        {"self": 0, "other": 1},
        """
        Atan20 Div0 Div2 Fmax0 Fmin0 Fmod1 LinalgCross0 Logaddexp0 Logaddexp20 Maximum0 Minimum0
        Mul0 Nextafter0 Remainder1 SpecialXlog1Py0 Vdot0 Xlogy0
        """,
    ),
    (
        {"result": -1},
        """
        Cholesky0 Exp0 Exp20 Expm10 LogSoftmax0 Norm1 Polar0 Reciprocal0 Relu0 Rsqrt0 Sigmoid0
        Softmax0 SpecialNdtri0 Sqrt0 Tan0 Tanh0
        """,
    ),
    (
        {"self": 0, "target": 1},
        """
        BinaryCrossEntropy0 BinaryCrossEntropyWithLogits0 HuberLoss0 MseLoss0 MultiMarginLoss0
        MultilabelMarginLoss0 SmoothL1Loss0 SoftMarginLoss0
        """,
    ),
    ({"index": 1}, "IndexFill0 IndexFill1 IndexSelect0 Scatter0 ScatterAdd0"),
    ({"index": 1, "source": 2}, "IndexAdd0 IndexCopy0 Put0"),
    ({"mask": 1}, "MaskedFill0 MaskedFill1 MaskedScatter0"),
    ({"A": 0, "result": -1}, "LinalgDet0 LinalgSolveEx0"),
    ({"batch1": 1, "batch2": 2}, "Addbmm0 Baddbmm0"),
    ({"eigenvalues": -1, "eigenvectors": -2}, "LinalgEig0 LinalgEigh0"),
    ({"input": 0, "grid": 1}, "GridSampler2D0 GridSampler3D0"),
    ({"self": 0, "index": 1}, "Gather0 Take0"),
    ({"self": 0, "mat2": 1}, "Bmm0 Mm0"),
    ({"self": 0, "other": 1, "result": -1}, "Dist0 Hypot0"),
    ({"tensor1": 1, "tensor2": 2}, "Addcdiv0 Addcmul0"),
    ({"L": -1, "U": -2}, "LinalgLu0"),
    ({"L": -1}, "LinalgCholeskyEx0"),
    ({"LU": -1}, "LinalgLuFactorEx0"),
    ({"Q": -1, "R": -2}, "LinalgQr0"),
    ({"input": 0, "tau": 1, "result": -1}, "LinalgHouseholderProduct0"),
    ({"input": 0, "weight": 1, "bias": 2}, "NativeLayerNorm0"),
    ({"input": 0, "weight": 1, "result1": -2, "result2": -3}, "NativeGroupNorm0"),
    ({"input": 0, "weight": 1}, "Convolution0"),
    ({"inverse": -1}, "LinalgInvEx0"),
    ({"mat": 1, "vec": 2}, "Addmv0"),
    ({"mat1": 1, "mat2": 2}, "Addmm0"),
    ({"other": 1, "result": -1}, "Ldexp0"),
    ({"real": 0, "imag": 1}, "Complex0"),
    ({"self": 0, "b": 1, "solution": -1}, "LinalgLstsq0"),
    ({"self": 0, "end": 1, "weight": 2}, "Lerp1"),
    ({"self": 0, "exponent": 1, "result": -1}, "Pow1"),
    ({"self": 0, "index": 1, "source": 2, "result": -1}, "IndexReduce0"),
    ({"self": 0, "index": 1, "src": 2, "result": -1}, "ScatterReduce0"),
    ({"self": 0, "input2": 1, "input3": 2, "result": -1}, "Ormqr0"),
    ({"self": 0, "mask": 1}, "MaskedSelect0"),
    ({"self": 0, "min": -1, "max": -2}, "Aminmax0"),
    ({"self": 0, "target": 1, "weight": 2}, "NllLoss0"),
    ({"self": 0, "tensor": 1}, "Dot0"),
    ({"self": 0, "vec": 1}, "Mv0"),
    ({"self": 0, "weight": 1}, "PreluKernel0"),
    ({"vec1": 1, "vec2": 2}, "Addr0"),
    ({"x1": 0, "x2": 1, "result": -1}, "Cdist0"),
)
_PLACES = {
    kind: places for places, kinds in _SAVED for kind in kinds.split()
}  # fmt: skip


def _array_with(node: Node, identity: int) -> Any:
    """The array that a record of the node has kept of a value; None where none has."""
    for record in node.records or ():
        _, ids, _, args, out, y, _ = unpack_record(record)
        if ids.__class__ is int:
            ids, args = (ids,), (args,)
        for x, array in zip(ids, args, strict=True):
            if x == identity and array is not None:
                return array
        if out == identity and y is not None and y.__class__ is not Spec:
            return y
    return None


def _saved(self: Node, name: str) -> Any:
    kind = type(self).__name__.replace("Backward", "")
    wanted = name.removeprefix("_saved_")
    place = _PLACES.get(kind, {}).get(wanted)
    is_exponent = kind == "Pow0" and wanted == "exponent"
    if not name.startswith("_saved_") or (place is None and not is_exponent):
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
    self.check_saved()
    mutations.check([self])
    if is_exponent:
        return _exponent(self)
    assert place is not None
    if place < 0:
        identity, maker = self.outs[-1 - place] if -place <= len(self.outs) else 0, self
    elif place < len(self.ids):
        identity, maker = self.ids[place], self.edges[place]  # type: ignore[assignment]
    else:
        return None
    array = _array_with(self, identity)
    is_composed = len(self.records or ()) > 1  # of several operations, which keep other forms of it
    if array is None and not (is_composed and isinstance(maker, AccumulateGrad)):
        return None
    if isinstance(maker, AccumulateGrad) and isinstance(maker.variable, Tensor):
        return maker.variable
    return wrapped(array, maker, identity)


def _exponent(node: Node) -> Any:
    """The number that a tensor was raised to, an int if it is whole."""
    primitive, _, _, args, _, _, _ = unpack_record((node.records or ())[0])
    if primitive.name == "square":
        return 2
    number = args[1].item()
    return int(number) if number == int(number) else number


Node.__getattr__ = _saved  # type: ignore[attr-defined]
