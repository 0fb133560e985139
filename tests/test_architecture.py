"""The rooms of the package: who may import whom, and what ``import tapegrad`` may cost."""

from __future__ import annotations

import ast
import graphlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "tapegrad"

# A room may import what stands in an earlier row, and itself.
ROWS = (
    {"errors", "kernels"},
    {"core"},
    {"ops"},
    {
        "checkpoints",
        "compiler",
        "data",
        "distributed",
        "inspect",
        "interop",
        "layers",
        "losses",
        "metrics",
        "numpy",
        "optimize",
        "optimizers",
        "testing",
        "torch",
    },
    {"dialect"},  # tapegrad/__init__.py and the modules beside it
    {"comparison", "demo"},
)
RANK = {room: rank for rank, rooms in enumerate(ROWS) for room in rooms}

# What may be imported inside a function: slow or optional.
LATE = {
    "concurrent",  # this and the others of Python's own: what only a compiled function needs
    "hashlib",
    "importlib",
    "linecache",
    "pathlib",
    "platform",
    "shutil",
    "tempfile",
    "llvmlite",
    "matplotlib",
    "ml_dtypes",
    "numba",
    "scipy",
    "tensorflow",
    "torch",
    "tqdm",
}


def module_name(path: Path) -> str:
    parts = ("tapegrad", *path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def room(module: str) -> str:
    parts = module.split(".")
    if module == "tapegrad.__main__":
        return "demo"
    return parts[1] if len(parts) > 1 and parts[1] in RANK else "dialect"


def imported(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """The modules that an import statement names; relative imports are refused by the linter."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    assert node.module is not None
    for alias in node.names:
        submodule = f"{node.module}.{alias.name}"
        yield submodule if submodule in SOURCES else node.module


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for name in imported(node):
                yield node.lineno, name


def without_type_checking(tree: ast.Module) -> ast.Module:
    """The module as it runs; what only type checkers import cannot close a circle."""

    class Dropper(ast.NodeTransformer):
        def visit_If(self, node: ast.If) -> ast.If | list[ast.stmt]:
            named = isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
            return node.orelse if named else node

    return ast.fix_missing_locations(Dropper().visit(tree))


def is_ours(name: str) -> bool:
    return name == "tapegrad" or name.startswith("tapegrad.")


def parse(module: str) -> ast.Module:
    return ast.parse(SOURCES[module].read_text(encoding="utf-8"))


@pytest.mark.parametrize("module", SOURCES)
def test_a_room_imports_only_rooms_below_it(module: str) -> None:
    here = room(module)
    wrong = [
        f"line {line}: {here} imports {name} ({room(name)})"
        for line, name in imports(parse(module))
        if is_ours(name) and room(name) != here and RANK[room(name)] >= RANK[here]
    ]
    assert not wrong


@pytest.mark.parametrize("module", SOURCES)
def test_imports_inside_functions_are_slow_or_optional(module: str) -> None:
    functions = (
        node
        for node in ast.walk(parse(module))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    wrong = {
        f"line {line}: {name} is imported inside {function.name}"
        for function in functions
        for line, name in imports(function)
        if name.partition(".")[0] not in LATE
    }
    assert not wrong


def test_there_is_no_circle_of_imports() -> None:
    graph = {
        module: {
            name
            for _, name in imports(without_type_checking(parse(module)))
            if is_ours(name) and name != module
        }
        for module in SOURCES
    }
    try:
        order = list(graphlib.TopologicalSorter(graph).static_order())
    except graphlib.CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))
    assert set(order) >= set(SOURCES)


def loaded_after(statement: str) -> set[str]:
    program = f"import sys\n{statement}\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=PACKAGE.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_import_loads_nothing_slow() -> None:
    loaded = loaded_after("import tapegrad")
    assert "tapegrad.core.tensor" in loaded
    slow = {"numba", "llvmlite", "scipy", "matplotlib", "tqdm", "tapegrad.demo"}
    slow |= {"tapegrad.comparison", "tapegrad.compiler", "tapegrad.numpy", "tapegrad.torch"}
    assert not loaded & slow
    of_numpy = loaded_after("import tapegrad.numpy")
    assert not of_numpy & {"scipy", "numpy.random", "tapegrad.numpy.random"}
    parts = {f"tapegrad.torch.{name}" for name in ("nn.modules", "optim", "utils", "serialization")}
    of_torch = loaded_after("import tapegrad.torch")
    assert not of_torch & (parts | {"scipy", "numpy.random", "zipfile", "json"})
    assert parts <= loaded_after("from tapegrad.torch import *; nn.Linear, optim, utils, save")
    # NumPy's own imports are paid already; ours add none of the expensive standard modules.
    ours = loaded - loaded_after("import numpy")
    expensive = {"dataclasses", "asyncio", "unittest", "multiprocessing", "concurrent"}
    assert not ours & (expensive | {"hashlib", "pathlib"})
