"""The layers of transformers, and transformers made of them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.torch.nn import functional as F
from tapegrad.torch.nn import init
from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.nn.modules.attention import MultiheadAttention
from tapegrad.torch.nn.modules.containers import ModuleList
from tapegrad.torch.nn.modules.dropout import Dropout
from tapegrad.torch.nn.modules.linear import Linear
from tapegrad.torch.nn.modules.module import Module
from tapegrad.torch.nn.modules.normalization import LayerNorm
from tapegrad.torch.tensor import Tensor, wrapped

__all__ = [
    "Transformer",
    "TransformerDecoder",
    "TransformerDecoderLayer",
    "TransformerEncoder",
    "TransformerEncoderLayer",
]

_TEXTS = {
    "dropout": "The probability of zero while training.",
    "d_model": "Features of the input.",
    "nhead": "How many heads attend.",
    "dim_feedforward": "Features between the two linear maps.",
    "activation": "'relu', 'gelu', or a function.",
    "layer_norm_eps": "The eps of the normalisations.",
    "norm_first": "Whether inputs of each part are normalised, rather than its outputs.",
    "encoder_layer": "The layer, which is copied.",
    "decoder_layer": "The layer, which is copied.",
    "num_layers": "How many layers follow one another.",
    "norm": "What normalises the result, or None.",
    "enable_nested_tensor": "Without effect.",
    "mask_check": "Without effect.",
    "num_encoder_layers": "How many layers the encoder has.",
    "num_decoder_layers": "How many layers the decoder has.",
    "custom_encoder": "An encoder instead.",
    "custom_decoder": "A decoder instead.",
}


def _activation(named: Any) -> Any:
    if not isinstance(named, str):
        return named
    if named not in ("relu", "gelu"):
        raise RuntimeError(f"activation should be relu/gelu, not {named}")
    return F.relu if named == "relu" else F.gelu


class _Layer(Module):
    """Attention and linear maps, each added to its input and normalised."""

    _attentions: tuple[str, ...]

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Any = F.relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        for name in self._attentions:
            attention = MultiheadAttention(
                d_model, nhead, dropout, bias, batch_first=batch_first, dtype=dtype
            )
            setattr(self, name, attention)
        self.linear1 = Linear(d_model, dim_feedforward, bias, dtype=dtype)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias, dtype=dtype)
        self.norm_first = norm_first
        count = len(self._attentions) + 1
        for i in range(1, count + 1):
            norm = LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype)
            setattr(self, f"norm{i}", norm)
        for i in range(1, count + 1):
            setattr(self, f"dropout{i}", Dropout(dropout))
        self.activation = _activation(activation)

    def _part(self, number: int, x: Any, compute: Callable[[Any], Any]) -> Any:
        norm, drop = getattr(self, f"norm{number}"), getattr(self, f"dropout{number}")
        if self.norm_first:
            return x + drop(compute(norm(x)))
        return norm(x + drop(compute(x)))

    def _maps(self, x: Any) -> Any:
        return self.linear2(self.dropout(self.activation(self.linear1(x))))


@documented(
    "layer = torch.nn.TransformerEncoderLayer(4, 2, 8)\nlayer(torch.ones(3, 1, 4)).shape",
    "torch.Size([3, 1, 4])",
    **_TEXTS,
)
class TransformerEncoderLayer(_Layer):
    """A layer of an encoder: attention to itself, and two linear maps."""

    _attentions = ("self_attn",)

    def forward(
        self,
        src: Any,
        src_mask: Any = None,
        src_key_padding_mask: Any = None,
        is_causal: bool = False,
    ) -> Any:
        """The sequences, seen by the layer."""

        def attend(x: Any) -> Any:
            return self.self_attn(
                x,
                x,
                x,
                key_padding_mask=src_key_padding_mask,
                need_weights=False,
                attn_mask=src_mask,
                is_causal=is_causal,
            )[0]

        return self._part(2, self._part(1, src, attend), self._maps)


@documented(
    "layer = torch.nn.TransformerDecoderLayer(4, 2, 8)\n"
    "layer(torch.ones(3, 1, 4), torch.ones(5, 1, 4)).shape",
    "torch.Size([3, 1, 4])",
    **_TEXTS,
)
class TransformerDecoderLayer(_Layer):
    """A layer of a decoder: attention to itself and to an encoder's result, and two maps."""

    _attentions = ("self_attn", "multihead_attn")

    def forward(
        self,
        tgt: Any,
        memory: Any,
        tgt_mask: Any = None,
        memory_mask: Any = None,
        tgt_key_padding_mask: Any = None,
        memory_key_padding_mask: Any = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Any:
        """The sequences, seen by the layer together with the encoder's result."""

        def attend(x: Any) -> Any:
            return self.self_attn(
                x,
                x,
                x,
                key_padding_mask=tgt_key_padding_mask,
                need_weights=False,
                attn_mask=tgt_mask,
                is_causal=tgt_is_causal,
            )[0]

        def look(x: Any) -> Any:
            return self.multihead_attn(
                x,
                memory,
                memory,
                key_padding_mask=memory_key_padding_mask,
                need_weights=False,
                attn_mask=memory_mask,
                is_causal=memory_is_causal,
            )[0]

        return self._part(3, self._part(2, self._part(1, tgt, attend), look), self._maps)


def _copies(layer: Any, count: int) -> ModuleList:
    return ModuleList([copy.deepcopy(layer) for _ in range(count)])


@documented(
    "layer = torch.nn.TransformerEncoderLayer(4, 2, 8)\n"
    "torch.nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)(torch.ones(3, 1, 4)).shape",
    "torch.Size([3, 1, 4])",
    **_TEXTS,
)
class TransformerEncoder(Module):
    """Layers of an encoder one after the other."""

    def __init__(
        self,
        encoder_layer: Any,
        num_layers: int,
        norm: Any = None,
        enable_nested_tensor: bool = True,
        mask_check: bool = True,
    ) -> None:
        super().__init__()
        self.layers = _copies(encoder_layer, num_layers)
        self.num_layers, self.norm = num_layers, norm

    def forward(
        self,
        src: Any,
        mask: Any = None,
        src_key_padding_mask: Any = None,
        is_causal: bool | None = None,
    ) -> Any:
        """The sequences, seen by all layers."""
        for layer in self.layers:
            src = layer(src, mask, src_key_padding_mask, bool(is_causal))
        return src if self.norm is None else self.norm(src)


@documented(
    "layer = torch.nn.TransformerDecoderLayer(4, 2, 8)\n"
    "decoder = torch.nn.TransformerDecoder(layer, 2)\n"
    "decoder(torch.ones(3, 1, 4), torch.ones(5, 1, 4)).shape",
    "torch.Size([3, 1, 4])",
    **_TEXTS,
)
class TransformerDecoder(Module):
    """Layers of a decoder one after the other."""

    def __init__(self, decoder_layer: Any, num_layers: int, norm: Any = None) -> None:
        super().__init__()
        self.layers = _copies(decoder_layer, num_layers)
        self.num_layers, self.norm = num_layers, norm

    def forward(
        self,
        tgt: Any,
        memory: Any,
        tgt_mask: Any = None,
        memory_mask: Any = None,
        tgt_key_padding_mask: Any = None,
        memory_key_padding_mask: Any = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Any:
        """The sequences, seen by all layers together with the encoder's result."""
        for layer in self.layers:
            tgt = layer(
                tgt,
                memory,
                tgt_mask,
                memory_mask,
                tgt_key_padding_mask,
                memory_key_padding_mask,
                bool(tgt_is_causal),
                memory_is_causal,
            )
        return tgt if self.norm is None else self.norm(tgt)


@documented(
    "model = torch.nn.Transformer(4, 2, 1, 1, 8, batch_first=True)\n"
    "model(torch.ones(1, 3, 4), torch.ones(1, 5, 4)).shape",
    "torch.Size([1, 5, 4])",
    **_TEXTS,
)
class Transformer(Module):
    """An encoder and a decoder (Vaswani and others, 2017)."""

    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Any = F.relu,
        custom_encoder: Any = None,
        custom_decoder: Any = None,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        rest = (dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias)
        options: dict[str, Any] = {"dtype": dtype}

        def norm() -> LayerNorm:
            return LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype)

        self.encoder = custom_encoder or TransformerEncoder(
            TransformerEncoderLayer(d_model, nhead, *rest, **options), num_encoder_layers, norm()
        )
        self.decoder = custom_decoder or TransformerDecoder(
            TransformerDecoderLayer(d_model, nhead, *rest, **options), num_decoder_layers, norm()
        )
        for p in self.parameters():
            if p.dim() > 1:
                init.xavier_uniform_(p)
        self.d_model, self.nhead, self.batch_first = d_model, nhead, batch_first

    def forward(
        self,
        src: Any,
        tgt: Any,
        src_mask: Any = None,
        tgt_mask: Any = None,
        memory_mask: Any = None,
        src_key_padding_mask: Any = None,
        tgt_key_padding_mask: Any = None,
        memory_key_padding_mask: Any = None,
        src_is_causal: bool | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Any:
        """The decoder's sequences, which have seen the encoder's."""
        if src.size(-1) != self.d_model or tgt.size(-1) != self.d_model:
            raise RuntimeError("the feature number of src and tgt must be equal to d_model")
        memory = self.encoder(src, src_mask, src_key_padding_mask, src_is_causal)
        return self.decoder(
            tgt,
            memory,
            tgt_mask,
            memory_mask,
            tgt_key_padding_mask,
            memory_key_padding_mask,
            tgt_is_causal,
            memory_is_causal,
        )

    @staticmethod
    def generate_square_subsequent_mask(sz: int, device: Any = None, dtype: Any = None) -> Tensor:
        """The mask by which places only look at places up to their own."""
        mask = np.triu(np.full((sz, sz), -np.inf, np.float32), 1)
        return wrapped(mask) if dtype is None else wrapped(mask).to(dtype)
