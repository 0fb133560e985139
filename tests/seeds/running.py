"""Running a notebook: what each of its cells prints, shows, warns of and raises."""

from __future__ import annotations

import ast
import importlib
import pydoc
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from tests.differential.harness import TENSORFLOW
from tests.snippets.normalise import exception_result, masked
from tests.snippets.suite import gist
from tests.torch.harness import TORCH

FOLDER = Path(__file__).parent / "cells"
NOTEBOOKS = sorted(path.stem for path in FOLDER.glob("*.py"))


def cells(notebook: str) -> list[str]:
    """The code of the cells."""
    text = (FOLDER / f"{notebook}.py").read_text()
    return ["# %%" + part for part in text.split("# %%")[1:]]


def run(notebook: str, seed: int = 0) -> list[dict[str, Any]]:
    """Run all cells in one namespace with the libraries that ``import`` finds."""
    torch = importlib.import_module("torch")
    torch.manual_seed(seed)
    namespace: dict[str, Any] = {"__name__": "__main__", "help": brief_help}
    known: dict[str, Any] = {}
    outcomes = []
    for code in cells(notebook):
        outcome = run_cell(code, namespace)
        tensors = dict(described(namespace))
        outcome["tensors"] = {
            name: value for name, value in tensors.items() if known.get(name) != value
        }
        known = tensors
        outcomes.append(outcome)
    return outcomes


def brief_help(thing: Any) -> None:
    """In place of ``help``, whose text is each library's own."""
    documented = len(pydoc.render_doc(thing).splitlines()) > 5
    sys.stdout.write(f"Help on {thing.__name__}: {'some' if documented else 'none'}\n")


def run_cell(code: str, namespace: dict[str, Any]) -> dict[str, Any]:
    """Run one cell as notebooks do: the value of a last line that is an expression is shown."""
    tree = ast.parse(code)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed, shown, raised = StringIO(), None, None
    with warnings.catch_warnings(record=True) as caught, redirect_stdout(printed):
        warnings.simplefilter("always")
        try:
            exec(compile(tree, "<cell>", "exec"), namespace)
            if last is not None:
                value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), namespace)
                parts = value if type(value) is tuple else (value,)
                shown = None if value is None else [masked(repr(part)) for part in parts]
        except Exception as error:  # noqa: BLE001 - what a cell raises is part of the notebook
            raised = exception_result(error, lambda kind: None)
            raised["message"] = gist(raised["message"])
    return {
        "printed": masked(printed.getvalue()).splitlines(),
        "shown": shown,
        "raised": raised,
        "warned": [
            [said.category.__name__, gist(str(said.message))]
            for said in caught
            if not re.search(TORCH.of_no_interest, str(said.message))
        ],
    }


def described(namespace: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The tensors that have names, and their gradients."""
    torch, tf = importlib.import_module("torch"), sys.modules.get("tensorflow")
    for name, value in namespace.items():
        if isinstance(value, torch.Tensor):
            yield name, TORCH.normalise(torch, value)
            if (value.is_leaf or value.retains_grad) and value.grad is not None:
                yield f"{name}.grad", TORCH.normalise(torch, value.grad)
        elif tf is not None and isinstance(value, (tf.Tensor, tf.Variable)):
            yield name, TENSORFLOW.normalise(tf, value)


def recording_path(notebook: str) -> Path:
    """Where the outcomes of the real libraries are kept."""
    return Path(__file__).parent / "recorded" / f"{notebook}.json"
