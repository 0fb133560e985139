"""Attention: means of values, weighted by how well queries and keys fit together."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tapegrad.core.table import recording
from tapegrad.core.tensor import wrap_constant
from tapegrad.ops.contract import matmul
from tapegrad.ops.softmax import softmax as core_softmax
from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.nn.functional.dropout import dropout
from tapegrad.torch.nn.functional.elements import choose, in_order
from tapegrad.torch.nn.functional.linear import linear
from tapegrad.torch.nn.functional.softmaxes import softmax
from tapegrad.torch.node import node_type
from tapegrad.torch.random import default_generator
from tapegrad.torch.running import run
from tapegrad.torch.shaping import cat
from tapegrad.torch.tensor import Tensor, wrapped

__all__ = ["multi_head_attention_forward", "scaled_dot_product_attention"]


def _attend(
    query: Any,
    key: Any,
    value: Any,
    mask: Any,
    dropped: Any,
    scale: float,
    causal: bool,
) -> Any:
    rows, columns = query._value.shape[-2], key._value.shape[-2]
    swapped = recording.matrix_transpose(key)
    scores = matmul(query * scale, swapped)
    allowed = None
    if causal:
        allowed = wrap_constant(np.tri(rows, columns, dtype=bool))
    elif mask is not None and mask._value.dtype.kind == "b":
        allowed = mask
    elif mask is not None:
        scores = scores + mask
    if allowed is not None:
        scores = choose(allowed, scores, -np.inf)
    nothing = scores._value.max(-1, keepdims=True) == -np.inf if columns else None
    if nothing is not None and nothing.any():
        # Who may look at nothing gets zeros.
        hidden = wrap_constant(np.broadcast_to(nothing, scores._value.shape).copy())
        weights = choose(hidden, 0, core_softmax(choose(hidden, 0, scores), -1))
    else:
        weights = core_softmax(scores, -1)
    if dropped is not None:
        weights = weights * wrap_constant(dropped)
    return matmul(weights, value)


@documented(
    "q, k = torch.zeros(1, 1, 1), torch.zeros(1, 2, 1)\n"
    "v = torch.tensor([[[1.0], [3.0]]])\n"
    "torch.nn.functional.scaled_dot_product_attention(q, k, v)",
    "tensor([[[2.]]])",
    query="Of shape ``(*, L, E)``.",
    key="Of shape ``(*, S, E)``.",
    value="Of shape ``(*, S, V)``.",
    attn_mask="True where a query may look, or numbers that are added to the scores.",
    dropout_p="The probability that a weight becomes 0.",
    is_causal="Whether queries only look at keys up to their own place.",
    scale="The factor of the products, by default one over the root of E.",
    enable_gqa="Whether there are fewer heads of keys and values, each for several queries.",
)
def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    r""":math:`\mathrm{softmax}(s\,Q K^\top + M)\, V` (Vaswani and others, 2017)."""
    if attn_mask is not None and is_causal:
        raise RuntimeError(
            "_scaled_dot_product_attention: Explicit attn_mask should not be set when "
            "is_causal=True"
        )
    if not query.dtype == key.dtype == value.dtype:
        raise RuntimeError(
            f"Expected query, key, and value to have the same dtype, but got query.dtype: "
            f"{query.dtype._name} key.dtype: {key.dtype._name} and value.dtype: "
            f"{value.dtype._name} instead."
        )
    if enable_gqa:
        heads = query.size(-3)
        key = key.repeat_interleave(heads // key.size(-3), -3)
        value = value.repeat_interleave(heads // value.size(-3), -3)
    factor = 1 / math.sqrt(query.size(-1)) if scale is None else scale
    dropped = None
    if dropout_p > 0:
        lead = np.broadcast_shapes(query._value.shape[:-2], key._value.shape[:-2])
        shape = (*lead, query.size(-2), key.size(-2))
        kept = default_generator._rng.random(shape, np.float32) >= dropout_p
        dropped = (kept / (1 - dropout_p)).astype(query._value.dtype)
    kind = node_type("ScaledDotProductFlashAttentionForCpuBackward0")
    if query._value.ndim != 4 or attn_mask is not None or enable_gqa:
        kind = node_type("UnsafeViewBackward0")
    arguments = (query, key, value, attn_mask, dropped, factor, is_causal)
    return in_order(run(_attend, kind, arguments, {}))


def _added(mask: Tensor, dtype: Any) -> Tensor:
    """A mask as numbers to add to scores: minus infinity where it is true."""
    if mask._value.dtype.kind == "b":
        return wrapped(np.where(mask._value, -np.inf, 0).astype(dtype))
    return mask


@documented(
    "q = torch.ones(2, 1, 2)\n"
    "w, o = torch.cat([torch.eye(2)] * 3), torch.eye(2)\n"
    "f = torch.nn.functional.multi_head_attention_forward\n"
    "f(q, q, q, 2, 1, w, None, None, None, False, 0.0, o, None)[0][0]",
    "tensor([[1., 1.]])",
    query="Of shape ``(L, N, E)``, or without N.",
    key="Of shape ``(S, N, E)``.",
    value="Of shape ``(S, N, E)``.",
    embed_dim_to_check="E.",
    num_heads="How many heads attend, each to its own part.",
    in_proj_weight="What queries, keys and values are made with, one on top of the other.",
    in_proj_bias="Their biases.",
    bias_k="A key that is added at the end.",
    bias_v="A value that is added at the end.",
    add_zero_attn="Whether a key and value of zeros are added at the end.",
    dropout_p="The probability that a weight becomes 0.",
    out_proj_weight="What results are made with.",
    out_proj_bias="Their biases.",
    key_padding_mask="True for keys that do not count, ``(N, S)``.",
    need_weights="Whether the weights are returned.",
    attn_mask="True where a query must not look, or numbers that are added.",
    use_separate_proj_weight="Whether the weights are given one by one.",
    q_proj_weight="What queries are made with.",
    k_proj_weight="What keys are made with.",
    v_proj_weight="What values are made with.",
    static_k="Keys of all heads, already made.",
    static_v="Values of all heads, already made.",
    average_attn_weights="Whether the returned weights are means over heads.",
    is_causal="Whether `attn_mask` is the causal one.",
)
def multi_head_attention_forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Tensor | None,
    in_proj_bias: Tensor | None,
    bias_k: Tensor | None,
    bias_v: Tensor | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Tensor,
    out_proj_bias: Tensor | None,
    training: bool = True,
    key_padding_mask: Tensor | None = None,
    need_weights: bool = True,
    attn_mask: Tensor | None = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Tensor | None = None,
    k_proj_weight: Tensor | None = None,
    v_proj_weight: Tensor | None = None,
    static_k: Tensor | None = None,
    static_v: Tensor | None = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """Attention by several heads, between linear maps; returns results and weights."""
    alone = query.dim() == 2
    if alone:
        query, key, value = (x.unsqueeze(1) for x in (query, key, value))
        if key_padding_mask is not None:
            key_padding_mask = key_padding_mask.unsqueeze(0)
    length, batch, size = query.shape
    if size != embed_dim_to_check:
        raise AssertionError(
            f"was expecting embedding dimension of {embed_dim_to_check}, but got {size}"
        )
    head = size // num_heads
    if head * num_heads != size:
        raise AssertionError(f"embed_dim {size} not divisible by num_heads {num_heads}")
    if is_causal and attn_mask is None:
        raise RuntimeError("Need attn_mask if specifying the is_causal hint.")
    weights: list[Any]
    if use_separate_proj_weight:
        weights = [q_proj_weight, k_proj_weight, v_proj_weight]
    else:
        assert in_proj_weight is not None
        weights = list(in_proj_weight.chunk(3))
    biases: list[Any] = [None] * 3 if in_proj_bias is None else list(in_proj_bias.chunk(3))
    q, k, v = (
        linear(x, w, b) for x, w, b in zip((query, key, value), weights, biases, strict=True)
    )
    dtype = query._value.dtype
    mask = None if attn_mask is None else _added(attn_mask, dtype)
    padding = None if key_padding_mask is None else _added(key_padding_mask, dtype)
    if bias_k is not None and bias_v is not None:
        k = cat([k, bias_k.expand(1, batch, size)])
        v = cat([v, bias_v.expand(1, batch, size)])
        mask, padding = (_longer(m) for m in (mask, padding))

    def by_head(x: Any) -> Any:
        return x.reshape(x.size(0), batch * num_heads, head).transpose(0, 1)

    q = by_head(q)
    k = by_head(k) if static_k is None else static_k
    v = by_head(v) if static_v is None else static_v
    if add_zero_attn:
        more = k.new_zeros(batch * num_heads, 1, head)
        k, v = cat([k, more], 1), cat([v, more], 1)
        mask, padding = (_longer(m) for m in (mask, padding))
    keys = k.size(1)
    q, k, v = (x.reshape(batch, num_heads, x.size(1), head) for x in (q, k, v))
    if mask is not None and mask.dim() == 3:
        mask = mask.reshape(batch, num_heads, length, keys)
    if padding is not None:
        spread = padding.reshape(batch, 1, 1, keys)
        mask = spread if mask is None else mask + spread
    p = dropout_p if training else 0.0
    if need_weights:
        scores = (q * (1 / math.sqrt(head))) @ k.transpose(-2, -1)
        if mask is not None:
            scores = scores + mask
        shares = softmax(scores, -1)
        if p > 0:
            shares = dropout(shares, p)
        found = shares @ v
    else:
        shares = None
        found = scaled_dot_product_attention(q, k, v, mask, p, False)
    joined = found.permute(2, 0, 1, 3).reshape(length * batch, size)
    result = linear(joined, out_proj_weight, out_proj_bias)
    result = result.reshape(length, batch, result.size(1))
    if shares is not None and average_attn_weights:
        shares = shares.mean(1)
    if alone:
        result = result.squeeze(1)
        shares = None if shares is None else shares.squeeze(0)
    return result, shares


def _longer(mask: Any) -> Any:
    """A mask for one key more, which everybody may look at."""
    if mask is None:
        return None
    return cat([mask, mask.new_zeros(*mask.shape[:-1], 1)], -1)
