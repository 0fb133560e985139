"""``tf.debugging``: assertions about tensors, and what tapes remember for explanations."""

from __future__ import annotations

from tapegrad.core.leaks import set_gradient_leaks
from tapegrad.inspect.check_numerics import disable_check_numerics, enable_check_numerics
from tapegrad.inspect.gradient_report import gradient_report
from tapegrad.inspect.numerics import trace_numerics
from tapegrad.inspect.source_lines import enable_source_lines
from tapegrad.ops.debugging import (
    Assert,
    assert_all_finite,
    assert_equal,
    assert_greater,
    assert_greater_equal,
    assert_less,
    assert_less_equal,
    assert_near,
    assert_negative,
    assert_non_negative,
    assert_non_positive,
    assert_none_equal,
    assert_positive,
    check_numerics,
)
from tapegrad.ops.static_assertions import (
    assert_integer,
    assert_proper_iterable,
    assert_rank,
    assert_rank_at_least,
    assert_rank_in,
    assert_same_float_dtype,
    assert_scalar,
    assert_shapes,
    assert_type,
    is_numeric_tensor,
)

__all__ = [
    "Assert",
    "assert_all_finite",
    "assert_equal",
    "assert_greater",
    "assert_greater_equal",
    "assert_integer",
    "assert_less",
    "assert_less_equal",
    "assert_near",
    "assert_negative",
    "assert_non_negative",
    "assert_non_positive",
    "assert_none_equal",
    "assert_positive",
    "assert_proper_iterable",
    "assert_rank",
    "assert_rank_at_least",
    "assert_rank_in",
    "assert_same_float_dtype",
    "assert_scalar",
    "assert_shapes",
    "assert_type",
    "check_numerics",
    "disable_check_numerics",
    "enable_check_numerics",
    "enable_source_lines",
    "gradient_report",
    "is_numeric_tensor",
    "set_gradient_leaks",
    "trace_numerics",
]
