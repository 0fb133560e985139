"""tapegrad: automatic differentiation with explicit tapes.

``import tapegrad as tf`` follows TensorFlow 2: `GradientTape`, `Variable`, and the operations under
their names there. This module re-exports; the engine is in ``tapegrad.core``, the operations are in
``tapegrad.ops``. Submodules such as ``tf.keras`` are imported when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from tapegrad import (  # noqa: F401 - for functions of NumPy itself, einops and opt_einsum
    _protocols,
    errors,
    interop,
)
from tapegrad.core import nest
from tapegrad.core.convert import (
    constant,
    convert_to_tensor,
)
from tapegrad.core.custom import (
    custom_gradient,
    grad_pass_through,
    recompute_grad,
)
from tapegrad.core.dtypes import (
    DType,
    as_dtype,
    bfloat16,
    bool,
    complex64,
    complex128,
    double,
    float16,
    float32,
    float64,
    half,
    int8,
    int16,
    int32,
    int64,
    string,
    uint8,
    uint16,
    uint32,
    uint64,
)
from tapegrad.core.gradient_tape import (
    GradientTape,
)
from tapegrad.core.indexed_slices import (
    IndexedSlices,
)
from tapegrad.core.inspection import (
    get_static_value,
    gradients,
    hessians,
    is_symbolic_tensor,
    is_tensor,
    register_tensor_conversion_function,
)
from tapegrad.core.module import (
    Module,
)
from tapegrad.core.names import (
    name_scope,
)
from tapegrad.core.shape import (
    TensorShape,
)
from tapegrad.core.tensor import (
    Tensor,
)
from tapegrad.core.tensor_spec import (
    TensorSpec,
)
from tapegrad.core.unconnected import (
    UnconnectedGradients,
)
from tapegrad.core.variable import (
    Variable,
)
from tapegrad.ops.arranging import (
    pad,
    repeat,
    reverse,
    roll,
    tile,
)
from tapegrad.ops.cast import (
    cast,
    identity,
    identity_n,
    saturate_cast,
    stop_gradient,
)
from tapegrad.ops.compare import (
    equal,
    greater,
    greater_equal,
    less,
    less_equal,
    logical_and,
    logical_not,
    logical_or,
    not_equal,
)
from tapegrad.ops.complex import (
    abs,
    complex,
    sign,
)
from tapegrad.ops.contract import (
    matmul,
    tensordot,
)
from tapegrad.ops.create import (
    eye,
    fill,
    linspace,
    ones,
    ones_like,
    range,
    zeros,
    zeros_like,
)
from tapegrad.ops.division import (
    truncatediv,
    truncatemod,
)
from tapegrad.ops.einsum import (
    einsum,
)
from tapegrad.ops.elementwise import (
    add,
    add_n,
    divide,
    multiply,
    negative,
    pow,
    realdiv,
    scalar_mul,
    sqrt,
    square,
    subtract,
    truediv,
)
from tapegrad.ops.gather import (
    gather,
    gather_nd,
)
from tapegrad.ops.index import (
    slice,
    strided_slice,
)
from tapegrad.ops.joining import (
    concat,
    meshgrid,
    split,
    stack,
    unstack,
)
from tapegrad.ops.logistic import (
    sigmoid,
)
from tapegrad.ops.reduce import (
    reduce_all,
    reduce_any,
    reduce_max,
    reduce_mean,
    reduce_min,
    reduce_prod,
    reduce_sum,
)
from tapegrad.ops.rounding import (
    floor,
    round,
)
from tapegrad.ops.scan import (
    cumsum,
)
from tapegrad.ops.select import (
    clip_by_value,
    maximum,
    minimum,
)
from tapegrad.ops.shape import (
    broadcast_to,
    ensure_shape,
    expand_dims,
    rank,
    reshape,
    shape,
    size,
    squeeze,
    transpose,
)
from tapegrad.ops.transcendental import (
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cos,
    cosh,
    exp,
    sin,
    sinh,
    tan,
    tanh,
)
from tapegrad.ops.where import (
    boolean_mask,
    where,
)

if TYPE_CHECKING:
    from tapegrad import (
        autodiff,
        bitwise,
        config,
        data,
        debugging,
        dtypes,
        image,
        initializers,
        keras,
        linalg,
        losses,
        math,
        metrics,
        nn,
        optimizers,
        random,
        signal,
        sparse,
        test,
        testing,
        train,
    )
    from tapegrad.compiler.decorator import function
    from tapegrad.core.checkpointing import (
        checkpoint_sequential,
        fori_checkpointed,
    )
    from tapegrad.ops.blocks import (
        batch_to_space,
        reverse_sequence,
        space_to_batch,
    )
    from tapegrad.ops.clipping import clip_by_global_norm, clip_by_norm
    from tapegrad.ops.control_flow import (
        case,
        cond,
        group,
        no_op,
        switch_case,
        while_loop,
    )
    from tapegrad.ops.debugging import (
        Assert,
        assert_equal,
        assert_greater,
        assert_less,
    )
    from tapegrad.ops.eigenvalues import eig, eigvals
    from tapegrad.ops.fixed_histograms import (
        histogram_fixed_width,
        histogram_fixed_width_bins,
    )
    from tapegrad.ops.indicators import (
        one_hot,
        sequence_mask,
    )
    from tapegrad.ops.initializers import (
        constant_initializer,
        ones_initializer,
        random_normal_initializer,
        random_uniform_initializer,
        zeros_initializer,
    )
    from tapegrad.ops.mapping import (
        foldl,
        foldr,
        map_fn,
        scan,
        vectorized_map,
    )
    from tapegrad.ops.matrix_functions import sqrtm as matrix_square_root
    from tapegrad.ops.norms import (
        norm,
    )
    from tapegrad.ops.partition import (
        dynamic_partition,
        dynamic_stitch,
    )
    from tapegrad.ops.printing import (
        print,
    )
    from tapegrad.ops.python_functions import (
        numpy_function,
        py_function,
    )
    from tapegrad.ops.scatter import (
        scatter_nd,
        tensor_scatter_nd_add,
        tensor_scatter_nd_max,
        tensor_scatter_nd_min,
        tensor_scatter_nd_sub,
        tensor_scatter_nd_update,
    )
    from tapegrad.ops.scopes import (
        control_dependencies,
        device,
        executing_eagerly,
        init_scope,
    )
    from tapegrad.ops.search import (
        searchsorted,
        unique,
        unique_with_counts,
    )
    from tapegrad.ops.sequences import (
        unravel_index,
    )
    from tapegrad.ops.sort import (
        argmax,
        argmin,
        argsort,
        sort,
    )
    from tapegrad.ops.static_assertions import (
        assert_rank,
    )
    from tapegrad.ops.statistics import (
        reduce_logsumexp,
    )
    from tapegrad.ops.tensor_array import (
        TensorArray,
    )

__version__ = "0.1.0"

newaxis = None

_SUBMODULES = frozenset(
    {
        "autodiff",
        "bitwise",
        "config",
        "data",
        "debugging",
        "dtypes",
        "image",
        "initializers",
        "keras",
        "linalg",
        "losses",
        "math",
        "metrics",
        "nn",
        "numpy",
        "optimize",
        "optimizers",
        "random",
        "signal",
        "sparse",
        "test",
        "testing",
        "torch",
        "train",
    }
)

# What recording and differentiating do not need: loaded by the first who asks for it. Where a
# function has another name in its module, that stands behind "=".
_LATE_MODULES = {
    "tapegrad.comparison": "compare",
    "tapegrad.compiler.decorator": "function",
    "tapegrad.core.checkpointing": "checkpoint_sequential fori_checkpointed",
    "tapegrad.ops.blocks": "batch_to_space reverse_sequence space_to_batch",
    "tapegrad.ops.clipping": "clip_by_global_norm clip_by_norm",
    "tapegrad.ops.control_flow": "case cond group no_op switch_case while_loop",
    "tapegrad.ops.debugging": "Assert assert_equal assert_greater assert_less",
    "tapegrad.ops.eigenvalues": "eig eigvals",
    "tapegrad.ops.fixed_histograms": "histogram_fixed_width histogram_fixed_width_bins",
    "tapegrad.ops.indicators": "one_hot sequence_mask",
    "tapegrad.ops.initializers": (
        "constant_initializer ones_initializer random_normal_initializer "
        "random_uniform_initializer zeros_initializer"
    ),
    "tapegrad.ops.mapping": "foldl foldr map_fn scan vectorized_map",
    "tapegrad.ops.matrix_functions": "matrix_square_root=sqrtm",
    "tapegrad.ops.norms": "norm",
    "tapegrad.ops.partition": "dynamic_partition dynamic_stitch",
    "tapegrad.ops.printing": "print",
    "tapegrad.ops.python_functions": "numpy_function py_function",
    "tapegrad.ops.scatter": (
        "scatter_nd tensor_scatter_nd_add tensor_scatter_nd_max tensor_scatter_nd_min "
        "tensor_scatter_nd_sub tensor_scatter_nd_update"
    ),
    "tapegrad.ops.scopes": "control_dependencies device executing_eagerly init_scope",
    "tapegrad.ops.search": "searchsorted unique unique_with_counts",
    "tapegrad.ops.sequences": "unravel_index",
    "tapegrad.ops.sort": "argmax argmin argsort sort",
    "tapegrad.ops.static_assertions": "assert_rank",
    "tapegrad.ops.statistics": "reduce_logsumexp",
    "tapegrad.ops.tensor_array": "TensorArray",
}
_LATE = {
    name.partition("=")[0]: (module, name.partition("=")[2] or name)
    for module, names in _LATE_MODULES.items()
    for name in names.split()
}

__all__ = [
    "Assert",
    "DType",
    "GradientTape",
    "IndexedSlices",
    "Module",
    "Tensor",
    "TensorArray",
    "TensorShape",
    "TensorSpec",
    "UnconnectedGradients",
    "Variable",
    "abs",
    "acos",
    "acosh",
    "add",
    "add_n",
    "argmax",
    "argmin",
    "argsort",
    "as_dtype",
    "asin",
    "asinh",
    "assert_equal",
    "assert_greater",
    "assert_less",
    "assert_rank",
    "atan",
    "atan2",
    "atanh",
    "autodiff",
    "batch_to_space",
    "bfloat16",
    "bitwise",
    "bool",
    "boolean_mask",
    "broadcast_to",
    "case",
    "cast",
    "checkpoint_sequential",
    "clip_by_global_norm",
    "clip_by_norm",
    "clip_by_value",
    "compare",
    "complex",
    "complex64",
    "complex128",
    "concat",
    "cond",
    "config",
    "constant",
    "constant_initializer",
    "control_dependencies",
    "convert_to_tensor",
    "cos",
    "cosh",
    "cumsum",
    "custom_gradient",
    "data",
    "debugging",
    "device",
    "divide",
    "double",
    "dtypes",
    "dynamic_partition",
    "dynamic_stitch",
    "eig",
    "eigvals",
    "einsum",
    "ensure_shape",
    "equal",
    "errors",
    "executing_eagerly",
    "exp",
    "expand_dims",
    "eye",
    "fill",
    "float16",
    "float32",
    "float64",
    "floor",
    "foldl",
    "foldr",
    "fori_checkpointed",
    "function",
    "gather",
    "gather_nd",
    "get_static_value",
    "grad_pass_through",
    "gradients",
    "greater",
    "greater_equal",
    "group",
    "half",
    "hessians",
    "histogram_fixed_width",
    "histogram_fixed_width_bins",
    "identity",
    "identity_n",
    "image",
    "init_scope",
    "initializers",
    "int8",
    "int16",
    "int32",
    "int64",
    "is_symbolic_tensor",
    "is_tensor",
    "keras",
    "less",
    "less_equal",
    "linalg",
    "linspace",
    "logical_and",
    "logical_not",
    "logical_or",
    "losses",
    "map_fn",
    "math",
    "matmul",
    "matrix_square_root",
    "maximum",
    "meshgrid",
    "metrics",
    "minimum",
    "multiply",
    "name_scope",
    "negative",
    "nest",
    "newaxis",
    "nn",
    "no_op",
    "norm",
    "not_equal",
    "numpy_function",
    "one_hot",
    "ones",
    "ones_initializer",
    "ones_like",
    "optimizers",
    "pad",
    "pow",
    "print",
    "py_function",
    "random",
    "random_normal_initializer",
    "random_uniform_initializer",
    "range",
    "rank",
    "realdiv",
    "recompute_grad",
    "reduce_all",
    "reduce_any",
    "reduce_logsumexp",
    "reduce_max",
    "reduce_mean",
    "reduce_min",
    "reduce_prod",
    "reduce_sum",
    "register_tensor_conversion_function",
    "repeat",
    "reshape",
    "reverse",
    "reverse_sequence",
    "roll",
    "round",
    "saturate_cast",
    "scalar_mul",
    "scan",
    "scatter_nd",
    "searchsorted",
    "sequence_mask",
    "shape",
    "sigmoid",
    "sign",
    "signal",
    "sin",
    "sinh",
    "size",
    "slice",
    "sort",
    "space_to_batch",
    "sparse",
    "split",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "stop_gradient",
    "strided_slice",
    "string",
    "subtract",
    "switch_case",
    "tan",
    "tanh",
    "tensor_scatter_nd_add",
    "tensor_scatter_nd_max",
    "tensor_scatter_nd_min",
    "tensor_scatter_nd_sub",
    "tensor_scatter_nd_update",
    "tensordot",
    "test",
    "testing",
    "tile",
    "train",
    "transpose",
    "truediv",
    "truncatediv",
    "truncatemod",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "unique",
    "unique_with_counts",
    "unravel_index",
    "unstack",
    "vectorized_map",
    "where",
    "while_loop",
    "zeros",
    "zeros_initializer",
    "zeros_like",
]


def __getattr__(name: str) -> Any:
    if name in _SUBMODULES:
        return importlib.import_module(f"tapegrad.{name}")
    if name in _LATE:
        module, function = _LATE[name]
        found = getattr(importlib.import_module(module), function)
        globals()[name] = found
        return found
    raise AttributeError(f"module 'tapegrad' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
