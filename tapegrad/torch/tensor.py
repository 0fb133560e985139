"""Tensor: PyTorch's mutable arrays, which carry their graph with them.

The array in `_value` is shared with views and with NumPy, and operations in place write into it.
`_node` is what made the tensor, an `AccumulateGrad` for a leaf that requires a gradient, and None
for what requires none. Operations are installed as methods by the modules that define them.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from tapegrad.core.graph_calls import DISCRETE, cut, leave, remember
from tapegrad.core.leaks import Manner
from tapegrad.core.places import Lines
from tapegrad.core.tensor import next_id
from tapegrad.core.views import View
from tapegrad.torch import modes, mutations
from tapegrad.torch.dtypes import category
from tapegrad.torch.node import AccumulateGrad, Node, RemovableHandle
from tapegrad.torch.python_values import PythonValues

_new = object.__new__

_NOT_A_LEAF = (
    "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad "
    "attribute won't be populated during autograd.backward(). If you indeed want the .grad field "
    "to be populated for a non-leaf Tensor, use .retain_grad() on the non-leaf Tensor. If you "
    "access the non-leaf Tensor by mistake, make sure you access the leaf Tensor instead. See "
    "github.com/pytorch/pytorch/pull/30531 for more informations."
)


class Tensor(PythonValues):
    """A tensor of numbers that can require gradients.

    Made by `torch.tensor`, `torch.zeros` and every operation. ``Tensor(2, 3)`` is an uninitialised
    tensor of that shape, ``Tensor([1, 2])`` one of these values, both of the default type.

    Parameters
    ----------
    args
        Sizes, one sequence of values, or a tensor, whose memory is shown.
    device
        There is only the processor.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    tensor([2., 4.])
    """

    __slots__ = ("__dict__", "__weakref__", "_id", "_node", "_value")

    _manner = Manner(
        dialect="torch",
        default="allow",
        recorded="Use the operations of torch on tensors: torch.sin(x), not np.sin(x.tolist()).",
        number="Use the operations of torch on tensors: torch.sin(x), not math.sin(x).",
        writable="Make that array a tensor, torch.zeros(n): then a[i] = x is recorded.",
        writing="allow",
        own="Give other code a derivative with torch.autograd.Function.",
        data="x.detach()",
    )
    _kernel_advice = (
        "Give it the data, and a derivative with a torch.autograd.Function: {kernel}(x.numpy()) in "
        "its forward, the derivative in its backward; or call {kernel}(x.detach().numpy()) if no "
        "gradient is needed."
    )

    _value: Any
    _id: int
    _node: Node | None

    # What few tensors have; as attributes of the class they cost nothing.
    _grad: Tensor | None = None
    _view: View | None = None
    _part_of: Any = None  # the complex tensor whose "real" or "imag" it shows, and that word
    _inference = False
    _shown_as = "tensor"  # subclasses are shown by their name
    _unnoticed = False  # whether changes of its memory are not counted
    _level: Any = None  # the `vmap` of which it is one example

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def __hash__(self) -> int:
        return id(self)

    def is_inference(self) -> bool:
        """Whether it was made in `inference_mode`."""
        return self._inference

    # The graph

    @property
    def requires_grad(self) -> bool:
        """Whether operations on it are recorded, for a gradient with respect to it.

        A view that was made in `no_grad` says what the tensor says that it shows.
        """
        if self._node is None and self._view is not None and not self._inference:
            return self._view.base._node is not None
        return self._node is not None

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        if value and category(self._value.dtype) < 2:
            raise RuntimeError(
                "only Tensors of floating point and complex dtype can require gradients"
            )
        self.requires_grad_(value)

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Set whether this leaf requires a gradient.

        Raises
        ------
        RuntimeError
            For integers, and for results of recorded operations.
        """
        node = self._node
        if not isinstance(requires_grad, bool):
            raise RuntimeError("requires_grad must be a bool")
        if node is not None and node.__class__ is not AccumulateGrad:
            if not requires_grad:
                raise RuntimeError(
                    "you can only change requires_grad flags of leaf variables. If you want to use "
                    "a computed variable in a subgraph that doesn't require differentiation use "
                    "var_no_grad = var.detach()."
                )
            return self
        if requires_grad:
            if category(self._value.dtype) < 2:
                raise RuntimeError("only Tensors of floating point dtype can require gradients")
            if self._inference and not modes.in_inference_mode():
                raise RuntimeError(
                    "Setting requires_grad=True on inference tensor outside InferenceMode is not "
                    "allowed."
                )
            if node is None:
                self._node = AccumulateGrad(self)
        else:
            self._node = None
        return self

    @property
    def is_leaf(self) -> bool:
        """Whether it was made by the user and not by a recorded operation."""
        return self._node is None or self._node.__class__ is AccumulateGrad

    @property
    def grad_fn(self) -> Node | None:
        """What made it, the last node of its graph; None for leaves."""
        node = self._node
        return None if node.__class__ is AccumulateGrad else node

    @property
    def output_nr(self) -> int:
        """Which of the outputs of its `grad_fn` it is."""
        return 0 if self._node is None else self._node.output_number(self._id)

    @property
    def grad(self) -> Tensor | None:
        """The gradients of all backward passes so far, added up; None before the first."""
        if self._grad is None and not self.is_leaf and not self.retains_grad:
            warnings.warn(_NOT_A_LEAF, UserWarning, stacklevel=2)
        return self._grad

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None:
            if not isinstance(value, Tensor):
                raise TypeError(
                    f"assigned grad expected to be a Tensor or None but got grad of type "
                    f"{type(value).__name__}"
                )
            if value is self:
                raise RuntimeError("can't assign Variable as its own grad")
            if value.dtype != self.dtype:
                raise RuntimeError(
                    f"attempting to assign a gradient with dtype '{value.dtype._name}' to a tensor "
                    f"with dtype '{self.dtype._name}'. Please ensure that the gradient and the "
                    f"tensor have the same dtype"
                )
            if value._value.shape != self._value.shape:
                raise RuntimeError(
                    f"attempting to assign a gradient of size '{list(value.shape)}' to a tensor of "
                    f"size '{list(self.shape)}'. Please ensure that the gradient and the tensor "
                    f"are the same size"
                )
        self._grad = value

    @grad.deleter
    def grad(self) -> None:
        self._grad = None

    def retain_grad(self) -> None:
        """Keep the gradient of this result of an operation in `grad`, too."""
        node = self._node
        if node is None:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        if node.__class__ is not AccumulateGrad:
            node.retain(self._id, self)

    @property
    def retains_grad(self) -> bool:
        """Whether `retain_grad` was called on it, and it is not a leaf."""
        node = self._node
        return (
            node is not None
            and node.__class__ is not AccumulateGrad
            and self._id in node.__dict__.get("_retained", {})
        )

    def register_hook(self, hook: Any) -> RemovableHandle:
        """Call ``hook(grad)`` when this tensor's gradient is known; a result takes its place."""
        if self._node is None:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        return self._node.on_output(self._id, hook)

    def register_post_accumulate_grad_hook(self, hook: Any) -> RemovableHandle:
        """Call ``hook(tensor)`` after a backward pass has added to this leaf's `grad`."""
        if self._node is None:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        if self._node.__class__ is not AccumulateGrad:
            raise RuntimeError(
                "post accumulate grad hooks cannot be registered on non-leaf tensors"
            )
        return RemovableHandle(self._node._hooks("_accumulated"), hook)

    @property
    def _version(self) -> int:
        """How often its memory was changed in place."""
        return len(mutations.changes(mutation_holder(self)))

    @property
    def _base(self) -> Tensor | None:
        """The tensor that it is a view of."""
        if self._part_of is not None:
            whole: Tensor = self._part_of[0]
            return whole if whole._view is None else whole._view.base
        return None if self._view is None else self._view.base

    def as_subclass(self, cls: type[Tensor]) -> Tensor:
        """The same tensor, with its graph, as an object of a subclass."""
        same = _new(cls)
        same._value, same._id, same._node = shared(self), self._id, self._node
        return same

    def _is_view(self) -> bool:
        return self._view is not None or self._part_of is not None

    # Sharing memory

    def storage_offset(self) -> int:
        """How many elements into its memory the tensor begins."""
        array = self._value
        if array.__class__ is not np.ndarray:
            return 0
        start = array.__array_interface__["data"][0]
        first = mutations.owner(array).__array_interface__["data"][0]
        return int((start - first) // array.dtype.itemsize)

    def data_ptr(self) -> int:
        """The address of the first element."""
        return int(shared(self).__array_interface__["data"][0])

    def detach_(self) -> Tensor:
        """Take this tensor out of the graph.

        Raises
        ------
        RuntimeError
            For views.
        """
        if self._view is not None and self._node is not None:
            raise RuntimeError(
                "Can't detach views in-place. Use detach() instead. If you are using "
                "DistributedDataParallel (DDP) for training, and gradient_as_bucket_view is set as "
                "True, gradients are views of DDP buckets, and hence detach_() cannot be called on "
                "these gradients. To fix this error, please refer to the Optimizer.zero_grad() "
                "function in torch/optim/optimizer.py as the solution."
            )
        before, self._node, self._id = self._id, None, next_id()
        cut("detach_", before, self._id)
        return self

    def detach(self) -> Tensor:
        """The same memory without the graph.

        Examples
        --------
        >>> import tapegrad.torch as torch
        >>> x = torch.tensor([1.0], requires_grad=True)
        >>> (x * 2).detach().requires_grad
        False
        """
        same = wrapped(shared(self))
        if self._node is not None:
            cut("detach", self._id, same._id)
        if self._inference:
            same._inference = True
        return same

    @property
    def data(self) -> Tensor:
        """The same memory without the graph; changes through it are not noticed."""
        same = wrapped(shared(self))
        if self._node is not None:
            cut("data", self._id, same._id)
        same._unnoticed = True
        return same

    @data.setter
    def data(self, value: Any) -> None:
        if not isinstance(value, Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type(value).__name__}")
        if self._node is not None and category(value._value.dtype) < 2:
            raise RuntimeError(
                "data set to a tensor that requires gradients must be floating point or complex "
                "dtype"
            )
        self._value = shared(value)

    @data.deleter
    def data(self) -> None:
        raise RuntimeError("Deleting tensor data is not allowed. Delete tensor instead!")

    def numpy(self, *, force: bool = False) -> Any:
        """The tensor's memory as a NumPy array: changes to one show in the other.

        Parameters
        ----------
        force
            Allow tensors that require gradients, of which the array knows nothing.
        """
        if self._node is not None and not force and modes.builds_graph():
            raise RuntimeError(
                "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() "
                "instead."
            )
        if self._node is not None or Lines.left:
            leave("numpy", self._id)
        return shared(self)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        array = self.numpy()
        if dtype is not None and array.dtype != dtype:
            return array.astype(dtype)
        return array.copy() if copy else array

    def __dlpack__(self, **options: Any) -> Any:
        """The memory through DLPack."""
        if self._node is not None:
            raise BufferError("Can't export tensors that require gradient, use tensor.detach()")
        return shared(self).__dlpack__(**options)

    def __dlpack_device__(self) -> tuple[int, int]:
        return 1, 0

    # Copies

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        if not self.is_leaf:
            raise RuntimeError(
                "Only Tensors created explicitly by the user (graph leaves) support the deepcopy "
                "protocol at the moment.  If you were attempting to deepcopy a module, this may be "
                "because of a torch.nn.utils.weight_norm usage, see "
                "https://github.com/pytorch/pytorch/pull/103001"
            )
        copied = _new(type(self))
        copied._value, copied._id, copied._node = self._value.copy(), next_id(), None
        copied.requires_grad_(self._node is not None)
        if self._grad is not None:
            copied._grad = self._grad.__deepcopy__(memo)
        memo[id(self)] = copied
        return copied

    def __reduce_ex__(self, protocol: Any) -> Any:
        if not self.is_leaf:
            self._tell_of("pickle")
        return _restored, (type(self), np.asarray(self._value), self._node is not None)


def install(**methods: Any) -> None:
    """Make functions, or properties, attributes of all tensors."""
    for name, method in methods.items():
        setattr(Tensor, name, method)


def alias(**names: str) -> None:
    """Give methods, and their forms in place, other names: ``alias(arcsin="asin")``."""
    for name, known in names.items():
        for ending in ("", "_"):
            method = getattr(Tensor, known + ending, None)
            if method is not None:
                setattr(Tensor, name + ending, method)


def _restored(kind: type[Tensor], array: Any, requires_grad: bool) -> Tensor:
    t = _new(kind)
    t._value, t._id, t._node = array, next_id(), None
    return t.requires_grad_(requires_grad)


def wrapped(value: Any, node: Node | None = None, identity: int = 0) -> Tensor:
    """A tensor over an array.

    Parameters
    ----------
    value
        An array or NumPy scalar that the tensor may change.
    node
        What made it.
    identity
        The identity that records know it by; by default a new one.
    """
    t = _new(Tensor)
    t._value = value
    t._id = identity or next_id()
    t._node = node
    if modes.in_inference_mode():
        t._inference = True
    return t


def shared(x: Tensor) -> Any:
    """The array of a tensor, in memory that another tensor may share."""
    array = x._value
    if array.__class__ is not np.ndarray:
        stamps = len(mutations.changes(x))
        array = x._value = np.array(array)
        for _ in range(stamps):
            mutations.stamp(array)
    return array


def mutation_holder(x: Tensor) -> Any:
    """What `mutations` knows the memory of a tensor by."""
    array = x._value
    return mutations.owner(array) if array.__class__ is np.ndarray else x


def discrete(name: str, value: Any, *inputs: Any) -> Tensor:
    """A result without a derivative, computed outside of the engine."""
    result = wrapped(value)
    if Lines.left:
        tensors = [x for x in inputs if isinstance(x, Tensor)]
        why = modes.why_bare(*[x._node for x in tensors]) or DISCRETE
        remember(name, tuple([x._id for x in tensors]), (result._id,), why)
    return result
