"""Names, parameters, their order and their defaults are TensorFlow's."""

from __future__ import annotations

import inspect
import json
import operator
import re
from typing import Any

import pytest

import tapegrad
from tests.differential.signatures import (
    ALIASES,
    RECORDED,
    REQUIRED,
    default_text,
    public_names,
)

NAMES: dict[str, dict[str, Any]] = json.loads(RECORDED.read_text())["names"]


def ours(name: str) -> Any:
    return operator.attrgetter(name)(tapegrad)


@pytest.mark.parametrize("name", [*REQUIRED, *ALIASES])
def test_required_name_exists(name: str) -> None:
    assert callable(ours(name))


#: Classes that are made in another way, or not at all, by users.
UNCOMPARED = ("DType", "Tensor", "data.Iterator", "dtypes.DType")

#: Parameters of TensorFlow's that say nothing here, by the reason.
ABSENT = {
    "experimental_enable_variable_lifting": "there are no graphs to lift variables out of",
    "bad_indices_policy": "indices that do not exist are always errors",
    "input_axes": "kernels have their inputs and outputs on the last two axes",
    "output_axes": "kernels have their inputs and outputs on the last two axes",
}

#: Defaults that are objects of TensorFlow's alone, which mean nothing to one process.
PLACEMENT = ("synchronization", "aggregation")


def one_for_all(default: str) -> str:
    """``1`` for ``(1, 1)``: layers take one number for all axes as well as a tuple."""
    return re.sub(r"^\((\d+)(?:, \1)+\)$", r"\1", default)


def compared(parameters: list[list[str]]) -> list[list[str]]:
    """Without what cannot matter: the default of `name`, and parameters that say nothing here."""
    return [
        [name, kind, "" if name == "name" or name in PLACEMENT else one_for_all(default)]
        for name, kind, default in parameters
        if name not in ABSENT
    ]


def parameters_of(function: Any) -> list[list[str]]:
    found = [
        [p.name, p.kind.name, default_text(p.default)]
        for p in inspect.signature(function).parameters.values()
    ]
    if found[-1:] == [["options", "VAR_KEYWORD", ""]]:  # those of every optimizer
        own = {name for name, *_ in found}
        common = parameters_of(tapegrad.optimizers.Optimizer)[1:]
        found = found[:-1] + [option for option in common if option[0] not in own]
    return found


@pytest.mark.parametrize("name", sorted(set(NAMES).difference(UNCOMPARED)))
def test_parameters_are_tensorflows(name: str) -> None:
    expected, got = compared(NAMES[name]["parameters"]), compared(parameters_of(ours(name)))
    if "name" not in [parameter[0] for parameter in expected]:
        got = [parameter for parameter in got if parameter[0] != "name"]
    assert got == expected


@pytest.mark.parametrize(
    "name", sorted(name for name, entry in NAMES.items() if entry["same"] != name)
)
def test_second_name_is_the_same_object(name: str) -> None:
    assert ours(name) is ours(NAMES[name]["same"])


def test_recording_knows_every_public_name() -> None:
    assert set(NAMES) <= set(public_names())
