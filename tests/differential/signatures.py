"""The names that tapegrad shares with TensorFlow, and how defaults are compared."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from pathlib import Path
from typing import Any

import tapegrad

RECORDED = Path(__file__).parent / "signatures.json"

#: Packages that are no face of the library, so that what they hold needs no name of TensorFlow's.
ROOMS = {"checkpoints", "compiler", "core", "demo", "kernels", "layers", "ops"}

#: Types whose values are written alike by every library.
PLAIN = (bool, int, float, str, type(None))

#: What must be there, whatever else is public.
REQUIRED = """
    constant Variable convert_to_tensor cast identity identity_n stop_gradient zeros ones
    zeros_like ones_like fill eye range linspace one_hot shape size rank add subtract multiply
    divide math.divide_no_nan math.multiply_no_nan math.xlogy math.xlog1py math.xdivy
    math.reciprocal math.reciprocal_no_nan math.floordiv math.floormod math.mod truediv negative
    pow square sqrt math.rsqrt exp math.expm1 math.log math.log1p abs sign
    math.squared_difference maximum minimum clip_by_value clip_by_norm clip_by_global_norm
    linalg.global_norm add_n math.sigmoid math.log_sigmoid tanh sin cos tan asin acos atan atan2
    sinh cosh asinh acosh atanh math.erf math.erfc math.erfinv math.lgamma math.digamma
    math.polygamma math.softplus math.softsign math.cumsum math.cumprod
    math.cumulative_logsumexp round floor math.ceil math.rint reduce_sum reduce_mean reduce_prod
    reduce_max reduce_min reduce_logsumexp math.reduce_std math.reduce_variance
    math.reduce_euclidean_norm reduce_any reduce_all norm math.l2_normalize argmax argmin
    math.count_nonzero math.bincount math.top_k math.in_top_k sort argsort searchsorted unique
    reshape transpose squeeze expand_dims concat stack unstack split tile repeat pad reverse
    roll broadcast_to meshgrid slice strided_slice gather gather_nd boolean_mask where
    tensor_scatter_nd_update tensor_scatter_nd_add tensor_scatter_nd_sub tensor_scatter_nd_max
    tensor_scatter_nd_min scatter_nd dynamic_partition dynamic_stitch ensure_shape sequence_mask
    batch_to_space space_to_batch nn.depth_to_space reverse_sequence matmul tensordot einsum
    linalg.matvec linalg.matrix_transpose linalg.adjoint linalg.trace linalg.diag
    linalg.diag_part linalg.set_diag linalg.band_part linalg.cross linalg.norm linalg.normalize
    linalg.tensor_diag linalg.tensor_diag_part nn.relu nn.relu6 nn.leaky_relu nn.elu nn.selu
    nn.gelu nn.silu nn.crelu nn.softmax nn.log_softmax nn.softmax_cross_entropy_with_logits
    nn.sparse_softmax_cross_entropy_with_logits nn.sigmoid_cross_entropy_with_logits
    nn.weighted_cross_entropy_with_logits nn.l2_loss nn.log_poisson_loss nn.bias_add nn.dropout
    nn.moments nn.weighted_moments nn.batch_normalization nn.embedding_lookup nn.zero_fraction
    nn.in_top_k nn.l2_normalize complex math.real math.imag math.conj math.angle random.normal
    random.uniform random.truncated_normal random.categorical random.shuffle random.set_seed
    random.gamma random.poisson random.stateless_normal random.stateless_uniform
    random.Generator.from_seed custom_gradient recompute_grad grad_pass_through gradients
    hessians map_fn scan foldl vectorized_map while_loop cond switch_case case function
    py_function numpy_function nest.flatten nest.map_structure nest.pack_sequence_as
    nest.assert_same_structure debugging.assert_equal debugging.assert_near
    debugging.check_numerics debugging.assert_shapes math.is_nan math.is_inf math.is_finite
    equal not_equal less greater logical_and logical_not logical_or IndexedSlices Module
    TensorShape TensorSpec test.compute_gradient print keras.optimizers.SGD
    keras.optimizers.Adam keras.losses.MSE keras.losses.mean_squared_error keras.optimizers.RMSprop
    keras.optimizers.Adagrad
""".split()

#: Second names, which must be there as well.
ALIASES = """
    math.add math.subtract math.multiply math.divide math.truediv math.negative math.pow
    math.square math.sqrt math.exp math.abs math.sign math.maximum math.minimum math.add_n
    math.tanh math.sin math.cos math.tan math.asin math.acos math.atan math.atan2 math.sinh
    math.cosh math.asinh math.acosh math.atanh math.round math.floor sigmoid nn.sigmoid nn.tanh
    nn.softplus nn.softsign linalg.matmul linalg.einsum linalg.eye linalg.tensordot
    linalg.l2_normalize nn.swish nn.top_k math.reduce_sum math.reduce_mean math.reduce_prod
    math.reduce_max math.reduce_min math.reduce_logsumexp math.reduce_any math.reduce_all cumsum
    math.argmax math.argmin math.equal math.not_equal math.less math.greater math.less_equal
    math.greater_equal less_equal greater_equal math.logical_and math.logical_or
    math.logical_not math.softmax math.log_softmax nn.space_to_batch dtypes.cast dtypes.as_dtype
    dtypes.DType dtypes.complex autodiff.GradientTape autodiff.ForwardAccumulator optimizers.SGD
    optimizers.Adam optimizers.RMSprop optimizers.Adagrad saturate_cast
""".split()


def public_names() -> list[str]:
    """The required names and everything else that is public, as one writes it after ``tf.``."""
    found = dict.fromkeys([*REQUIRED, *ALIASES])
    infos = [tapegrad.__name__]
    infos += [info.name for info in pkgutil.walk_packages(tapegrad.__path__, "tapegrad.")]
    for module_name in infos:
        path = module_name.split(".")[1:]
        if path[:1] and (path[0] in (*ROOMS, "numpy", "torch") or path[-1].startswith("_")):
            continue
        module = importlib.import_module(module_name)
        for name in getattr(module, "__all__", ()):
            if not inspect.ismodule(getattr(module, name)):
                found.setdefault(".".join([*path, name]))
    return list(found)


def default_text(value: Any) -> str:
    """A default as text that does not depend on the library: "" if there is none."""
    if value is inspect.Parameter.empty:
        return ""
    value = getattr(value, "value", value)  # of an enum
    if type(value) in PLAIN:
        return repr(value)
    return str(getattr(value, "name", getattr(value, "__name__", value)))
