"""The suite that compares ``tapegrad.torch`` with PyTorch: what its results look like.

Messages of exceptions are compared if PyTorch's is short; give `match` where ours is another on
purpose. Warnings are part of a result: their categories, and the first sentence of each.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from operator import attrgetter
from pathlib import Path
from typing import Any

from tests.snippets.compare import Raises
from tests.snippets.normalise import array_result, masked
from tests.snippets.suite import Snippet, Suite, raised

__all__ = ["TORCH", "Raises", "Snippet", "call", "case", "expressions", "printed", "raised", "text"]

#: PyTorch's own exceptions; all others are Python's.
_EXCEPTIONS = ("linalg.LinAlgError", "OutOfMemoryError")


class TorchSuite(Suite):
    """Snippets of PyTorch's dialect."""

    real = "torch"
    longest_message = 120
    warns = True
    #: What PyTorch 2.13 says about its own code; the last is ldexp's.
    of_no_interest = "torch.jit.script|get_attr Node|with one or more elements was resized since"

    def describe(self, library: Any, result: Any) -> Any:
        """The JSON of PyTorch's tensors, with whether they require a gradient, and its words."""
        if isinstance(result, library.Tensor):
            plain = result.detach()
            if result.dtype is library.bfloat16:
                plain = plain.to(library.float32)
            described = array_result("tensor", str(result.dtype)[6:], plain.numpy(force=True))
            return described | ({"requires_grad": True} if result.requires_grad else {})
        if isinstance(result, library.Size):
            return {"Size": list(result)}
        if isinstance(result, library.dtype):
            return {"dtype": str(result)}
        words = (getattr(library, name, ()) for name in ("device", "layout", "memory_format"))
        if isinstance(result, tuple(words)):
            return {"word": str(result)}
        return None

    def name_of(self, library: Any, kind: type) -> str | None:
        """``torch.linalg.LinAlgError`` and the like."""
        for name in _EXCEPTIONS:
            try:
                if attrgetter(name)(library) is kind:
                    return f"torch.{name}"
            except AttributeError:
                continue
        return None

    @contextmanager
    def around(self, library: Any) -> Iterator[None]:
        """Every snippet begins with the same random numbers and is told every warning."""

        def settle(**settings: Any) -> None:
            for name, value in settings.items():
                getattr(library, name, lambda _: None)(value)

        settle(manual_seed=0, set_warn_always=True)
        try:
            yield
        finally:
            settle(set_warn_always=False, set_grad_enabled=True, set_default_dtype=library.float32)
            library.set_printoptions(profile="default")


TORCH = TorchSuite("tests.torch", Path(__file__).parent)

case = TORCH.case
expressions = TORCH.expressions


def call(function: str, *args: Any, **kwargs: Any) -> Snippet:
    """The snippet that calls one function of the library, named from its root."""
    return lambda torch: attrgetter(function)(torch)(*args, **kwargs)


def text(value: Any) -> str:
    """The text of anything, without addresses."""
    return masked(repr(value))


@contextmanager
def printed() -> Iterator[StringIO]:
    """Keep what is printed in a ``with`` block."""
    kept = StringIO()
    with redirect_stdout(kept):
        yield kept
