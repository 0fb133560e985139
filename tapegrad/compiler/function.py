"""What ``tf.function`` makes: the first call of a kind is recorded, later ones are compiled."""

from __future__ import annotations

import functools
import inspect
import sys
import weakref
from collections import deque
from collections.abc import Callable
from threading import RLock
from typing import Any

from tapegrad.compiler.arguments import (
    Parameters,
    argument,
    kind_of,
    parts_of,
    result_of,
    with_tensors,
)
from tapegrad.compiler.collector import collector_paused
from tapegrad.compiler.concrete import BoundFunction, ConcreteFunction
from tapegrad.compiler.explanation import explained, sources
from tapegrad.compiler.families import Family
from tapegrad.compiler.graph import Recording
from tapegrad.compiler.outline import Outline
from tapegrad.compiler.paths import MISSED, Path, Paths, RunEagerlyError
from tapegrad.compiler.settings import functions_run_eagerly
from tapegrad.compiler.signature import Signature
from tapegrad.compiler.tracer import NotCompilableError, Tracer
from tapegrad.core.context import (
    active_recorders,
    active_tracer,
    only_recorders,
    restore_float_errors,
    silence_float_errors,
    visible_recorders,
)
from tapegrad.core.forward import any_accumulator
from tapegrad.core.observer import Observer
from tapegrad.core.structural import identity
from tapegrad.core.tensor import Tensor

#: Programs for so many sizes that were not recorded are kept.
MOST_MADE = 256


class Function:
    """What `tf.function` makes of a Python function; as an attribute of a class, a method."""

    def __init__(
        self,
        python_function: Callable[..., Any],
        input_signature: tuple[Any, ...] | None = None,
        reduce_retracing: bool = False,
    ) -> None:
        if isinstance(python_function, Function):
            python_function = python_function.python_function
        if not callable(python_function):
            raise TypeError(f"{python_function!r} is not a callable object")
        functools.update_wrapper(self, python_function)
        self._python_function = python_function
        self._input_signature = input_signature
        self._method = _takes_self(python_function)
        self._signature = (
            None
            if input_signature is None
            else Signature.of_specs(python_function, self._method, input_signature)
        )
        self._reduce_retracing = reduce_retracing
        self._generalises = reduce_retracing or (
            self._signature is not None and self._signature.leaves_sizes_open
        )
        self._families: dict[Any, Family] = {}
        self._made: deque[Any] = deque()
        self._parameters = Parameters(python_function, self._method)
        self._recordings = 0
        self._recording = RLock()
        self._known: dict[Any, Paths] = {}
        self._quick: dict[tuple[Any, ...], Paths] = {}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the function, compiled if it has been recorded for arguments of this kind."""
        quick = None
        if not kwargs:
            result, quick = self._call_quickly([], args)
            if result is not MISSED:
                return result
        return self._call(*self._split(args), kwargs, quick)

    def call_method(self, instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Run the function as a method of an object."""
        quick = None
        if not kwargs:
            result, quick = self._call_quickly([id(instance)], args)
            if result is not MISSED:
                return result
        return self._call(*self._split((instance, *args)), kwargs, quick)

    def _call_quickly(self, kind: list[Any], args: tuple[Any, ...]) -> tuple[Any, Any]:
        """The result or `MISSED`, and a short key, for what is common: tensors only, no tape."""
        arrays: list[Any] = []
        for x in args:
            if x.__class__ is not Tensor:
                return MISSED, None
            array = x._value
            arrays.append(array)
            kind.append(array.dtype)
            kind.append(array.shape)
        quick = tuple(kind)
        paths = self._quick.get(quick)
        if paths is None or active_recorders():
            return MISSED, quick
        return paths.run_quickly(arrays), quick

    def _split(self, args: tuple[Any, ...]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """The object that a method belongs to, and the other arguments."""
        return (args[:1], args[1:]) if self._method else ((), args)

    def _call(
        self,
        own: tuple[Any, ...],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        quick: tuple[Any, ...] | None = None,
    ) -> Any:
        if self._signature is not None:
            args, kwargs = self._signature.bind(args, kwargs)
        else:
            args = tuple([a if a.__class__ is Tensor else argument(a) for a in args])
            if kwargs:
                kwargs = {key: argument(value) for key, value in kwargs.items()}
            args, kwargs = self._parameters.in_one_form(args, kwargs)
        return self._run(own, args, kwargs, quick)

    def _run(
        self,
        own: tuple[Any, ...],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        quick: tuple[Any, ...] | None = None,
    ) -> Any:
        recorders = visible_recorders()
        if functions_run_eagerly() or active_tracer() is not None or any_accumulator():
            # Inside of another function this one is part of its recording.
            return self._run_eagerly(own, args, kwargs)
        if recorders and any(isinstance(r, Observer) for r in recorders):
            # Who looks at every operation is to see those inside, too.
            return self._run_eagerly(own, args, kwargs)
        inputs: list[Tensor] = []
        kept: list[Any] = []
        kind = kind_of((own, args, kwargs), inputs, kept)
        paths = self._known.get(kind)
        if paths is None:
            paths = self._known[kind] = Paths(inputs, [self._held(x, kind) for x in kept])
        if quick is not None and quick not in self._quick and _is_all(quick, inputs, kept):
            self._quick[quick] = paths
        known, result = self._run_known(paths, inputs, recorders, own, args, kwargs)
        if known:
            return result
        with self._recording:
            # Another thread may have recorded this way while the lock was waited for.
            known, result = self._run_known(paths, inputs, recorders, own, args, kwargs)
            if not known and self._generalises:
                family = self._family(own, args, kwargs)
                if any(map(paths.add, family.paths_for(inputs))):
                    self._limit_made(kind)
                    known, result = self._run_known(paths, inputs, recorders, own, args, kwargs)
            return result if known else self._record(paths, inputs, own, args, kwargs)

    def paths_of(self, own: Any, args: Any, kwargs: Any) -> Paths | None:
        """What is known of calls of this kind."""
        return self._known.get(kind_of((own, args, kwargs), [], []))

    def _limit_made(self, kind: Any) -> None:
        """Let go of the oldest programs that can be made again."""
        self._made.append(kind)
        if len(self._made) > MOST_MADE:
            gone = self._known.pop(self._made.popleft(), None)
            self._quick = {k: paths for k, paths in self._quick.items() if paths is not gone}

    def _family(self, own: Any, args: Any, kwargs: Any) -> Family:
        """What is known of such calls, whatever the sizes."""
        kept: list[Any] = []
        kind = kind_of((own, args, kwargs), [], kept, sizes=False)
        family = self._families.get(kind)
        if family is None:
            kept = [self._held(x, kind) for x in kept]
            family = self._families[kind] = Family(self.name, kept)
        return family

    def _run_known(
        self,
        paths: Paths,
        inputs: list[Tensor],
        recorders: Any,
        own: tuple[Any, ...],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> tuple[bool, Any]:
        """Whether these arguments need no recording, and the result."""
        if paths.refusal is not None:
            return True, self._run_eagerly(own, args, kwargs)
        if not paths.paths:
            return False, None
        token = silence_float_errors()
        try:
            return paths.run(inputs, recorders)
        except RunEagerlyError:
            pass
        finally:
            restore_float_errors(token)
        return True, self._run_eagerly(own, args, kwargs)

    def _held(self, thing: Any, kind: Any) -> Any:
        """What keeps an identity from being used again: for as long as its entry is known."""
        try:
            return weakref.ref(thing, functools.partial(_forget, weakref.ref(self), kind))
        except TypeError:
            return thing

    def _run_eagerly(
        self, own: tuple[Any, ...], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        self._recordings += 1
        return result_of(self._python_function(*own, *args, **kwargs))

    @collector_paused()
    def _record(
        self,
        paths: Paths,
        inputs: list[Tensor],
        own: tuple[Any, ...],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        """Run the Python function and write down what it does."""
        # New tensors, so that an argument is not mistaken for the same tensor seen elsewhere.
        fresh = [identity(x) for x in inputs]
        own, args, kwargs = with_tensors((own, args, kwargs), iter(fresh))
        recorders = visible_recorders()
        tracer = Tracer(fresh, recorders, self._generalises)
        with only_recorders(recorders, tracer=tracer):
            result = self._run_eagerly(own, args, kwargs)
            outputs, rebuild = parts_of(result)
        try:
            values = tracer.finish(outputs)
            run = Recording(tracer.inputs, tracer.steps, values)
            outline = Outline(run, tracer.seen) if self._generalises else None
            path = Path(
                self.name,
                run,
                rebuild,
                tracer.custom_gradient,
                tracer.captured,
                tracer.captured_inputs,
            )
        except NotCompilableError as refusal:
            paths.refuse(str(refusal))
        else:
            if tracer.made_variables:
                paths.made_variables()
            else:
                paths.add(path)
                if outline is not None:
                    self._family(own, args, kwargs).add(outline, path, result)
        return result

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else BoundFunction(self, instance)

    @property
    def python_function(self) -> Callable[..., Any]:
        """The Python function itself."""
        return self._python_function

    @property
    def name(self) -> str:
        """The name of the Python function."""
        return str(getattr(self, "__name__", type(self._python_function).__name__))

    @property
    def input_signature(self) -> tuple[Any, ...] | None:
        """The specs given as ``input_signature``, or None."""
        return self._input_signature

    def experimental_get_tracing_count(self) -> int:
        """How often the Python code ran."""
        return self._recordings

    def explain(self) -> str:
        """What became of the calls so far: what is compiled, what runs eagerly, where and why.

        Examples
        --------
        >>> import tapegrad as tf
        >>> f = tf.function(lambda x: x + 1.0)
        >>> f.explain()
        '<lambda> has not been called.'
        """
        reasons = [f.why for f in self._families.values() if f.why is not None]
        return explained(self.name, self._known.values(), reasons)

    def source(self) -> str:
        """The generated code: a program for each way through the function, and its kernels."""
        return sources(self._known.values())

    def pretty_printed_concrete_signatures(self) -> str:
        """The kinds of calls that are known, a line for each: dtypes and shapes of tensors.

        Examples
        --------
        >>> import tapegrad as tf
        >>> f = tf.function(lambda x, y: x * y)
        >>> _ = f(tf.constant([1.0, 2.0]), tf.constant(3.0))
        >>> f.pretty_printed_concrete_signatures()
        '<lambda>(float32[2], float32[])'
        """
        return "\n".join([f"{self.name}({', '.join(p.inputs)})" for p in self._known.values()])

    def get_concrete_function(self, *args: Any, **kwargs: Any) -> ConcreteFunction:
        """The function for arguments of one kind.

        Parameters
        ----------
        args, kwargs
            Tensors, or `TensorSpec` in their place; other values are fixed. None at all if there
            is an ``input_signature``.

        Raises
        ------
        TypeError
            If the function does not take such arguments.
        """
        return ConcreteFunction(self, *self._split(args), kwargs)

    def __reduce__(self) -> Any:
        """Pickled by name, as Python's functions are; a copy begins without recordings."""
        found: Any = sys.modules.get(getattr(self, "__module__", ""))
        for part in getattr(self, "__qualname__", "").split("."):
            found = getattr(found, part, None)
        if found is self:
            return self.__qualname__
        return Function, (self._python_function, self._input_signature, self._reduce_retracing)

    def __repr__(self) -> str:
        return f"<tf.function {self.name}>"


def _is_all(quick: tuple[Any, ...], inputs: list[Tensor], kept: list[Any]) -> bool:
    """Whether a short key says all that decides: tensors alone, maybe of a method of an object."""
    count, has_object = divmod(len(quick), 2)
    return count == len(inputs) and (not has_object or any(id(x) == quick[0] for x in kept))


def _forget(function: weakref.ref[Function], kind: Any, _: object) -> None:
    """An object is gone, and calls with it will not come again."""
    known = function()
    if known is not None:
        gone = known._known.pop(kind, None)
        known._quick = {k: paths for k, paths in known._quick.items() if paths is not gone}
        known._families.pop(kind, None)


def _takes_self(python_function: Callable[..., Any]) -> bool:
    """True for a function written as a method: its first parameter is called ``self``."""
    if inspect.ismethod(python_function):
        return False  # it has its object already
    code = getattr(python_function, "__code__", None)
    return code is not None and code.co_argcount > 0 and code.co_varnames[0] == "self"
