"""One vocabulary for both dialects: ``lib.reduce_sum`` and ``lib.sum`` mean the same in each."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

#: What is called otherwise: TensorFlow's name, PyTorch's name.
TWINS = (
    ("reduce_sum", "sum"),
    ("reduce_mean", "mean"),
    ("reduce_prod", "prod"),
    ("reduce_max", "amax"),
    ("reduce_min", "amin"),
    ("reduce_all", "all"),
    ("reduce_any", "any"),
    ("reduce_logsumexp", "logsumexp"),
    ("math.log", "log"),
    ("math.log1p", "log1p"),
    ("math.expm1", "expm1"),
    ("math.erf", "erf"),
    ("math.lgamma", "lgamma"),
    ("math.digamma", "digamma"),
    ("math.rsqrt", "rsqrt"),
    ("math.cumsum", "cumsum"),
    ("math.cumprod", "cumprod"),
    ("math.floor", "floor"),
    ("math.ceil", "ceil"),
    ("math.real", "real"),
    ("math.imag", "imag"),
    ("math.conj", "conj"),
    ("nn.relu", "nn.functional.relu"),
    ("nn.elu", "nn.functional.elu"),
    ("nn.gelu", "nn.functional.gelu"),
    ("nn.silu", "nn.functional.silu"),
    ("nn.softplus", "nn.functional.softplus"),
    ("nn.softmax", "nn.functional.softmax"),
    ("nn.log_softmax", "nn.functional.log_softmax"),
    ("linalg.det", "det"),
    ("linalg.trace", "trace"),
    ("linalg.diag", "diag"),
    ("linalg.inv", "linalg.inv"),
    ("linalg.solve", "linalg.solve"),
    ("linalg.cholesky", "linalg.cholesky"),
    ("linalg.matvec", "mv"),
    ("concat", "cat"),
    ("expand_dims", "unsqueeze"),
    ("clip_by_value", "clamp"),
    ("stop_gradient", "detach"),
    ("cast", "as_tensor"),
    ("constant", "tensor"),
    ("identity", "clone"),
)

_WORDS = (("axis", "dim"), ("keepdims", "keepdim"))


class Library:
    """A dialect that is called by the names of the other one as well.

    Parameters
    ----------
    module
        The library.
    tensorflow
        Whether it is TensorFlow or its dialect; otherwise it is PyTorch or its.

    Examples
    --------
    >>> import tapegrad.torch
    >>> x = tapegrad.torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> Library(tapegrad.torch, tensorflow=False).reduce_sum(x, axis=0)
    tensor([4., 6.])
    >>> Library(tf, tensorflow=True).sum(tf.constant([1.0, 2.0]), dim=0).numpy()
    np.float32(3.0)
    """

    def __init__(self, module: Any, *, tensorflow: bool) -> None:
        self.module = module
        self.tensorflow = tensorflow
        ours, theirs = (0, 1) if tensorflow else (1, 0)
        # Dotted names are known by their last part too: lib.log, whose place is tf.math.log.
        self._names = {twin[theirs].split(".")[-1]: twin[ours] for twin in TWINS}
        self._names |= {twin[ours].split(".")[-1]: twin[ours] for twin in TWINS}
        self._words = {words[theirs]: words[ours] for words in _WORDS}

    def __getattr__(self, name: str) -> Any:
        if hasattr(self.module, name):
            found = getattr(self.module, name)
            return self._translated(found) if name in self._names else found
        if name not in self._names:
            library = "TensorFlow" if self.tensorflow else "PyTorch"
            raise AttributeError(
                f"{name!r} is no name of {library}, and has no twin in the table of names that "
                "both dialects know. Give two programs, one in each dialect: "
                "compare((in_tensorflow, in_pytorch), inputs)."
            )
        return self._translated(attrgetter(self._names[name])(self.module))

    def _translated(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def called(*args: Any, **kwargs: Any) -> Any:
            return function(*args, **{self._words.get(key, key): kwargs[key] for key in kwargs})

        return called
