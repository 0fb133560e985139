"""Write the pages of the API into ``api/``: ``python docs/build_api.py``.

What is public is read off the package: the names that the modules beside ``tapegrad/__init__.py``
offer. Operations are grouped by the family that they are written in, one page per family; each is
described once, under its shortest name, with its other names beside it.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

_ROOT = Path(__file__).parents[1]
if str(_ROOT) not in sys.path:
    sys.path.insert(0, str(_ROOT))

import tapegrad  # noqa: E402
import tapegrad.ops  # noqa: E402

PAGES = Path(__file__).parent / "api"

# Packages that are not names of the TensorFlow dialect themselves.
_ROOMS = {
    *("checkpoints", "compiler", "core", "demo", "errors", "interop", "kernels", "layers", "ops")
}

_HEADINGS = {
    "checkpoints": ("Checkpoints", "The values of a program's variables in files, and back."),
    "core": ("The tape, tensors and variables", "What derivatives are taken with, and of."),
    "data": ("Data sets", "Elements in batches and in random order, read when they are needed."),
    "layers": ("Layers", "Functions with weights, in the manner of Keras."),
    "optimize": ("Optimization", "SciPy's solvers, exact derivatives, differentiable solutions."),
    "optimizers": ("Optimizers and schedules", "How variables are moved against their gradients."),
    "comparison": ("Comparisons", "The two semantics side by side."),
    "torch": ("PyTorch: everything else", "What has no family of its own in `tapegrad.torch`."),
    "other": ("Everything else", "Functions of the dialect that are no differentiable operations."),
}


class Entry(NamedTuple):
    """A public function or class with all of its names, the shortest first."""

    value: object
    names: list[str]


def public_modules() -> Iterator[ModuleType]:
    """The modules whose ``__all__`` is the public face."""
    yield tapegrad
    for info in pkgutil.walk_packages(tapegrad.__path__, "tapegrad."):
        parts = info.name.split(".")
        if parts[1] in _ROOMS or any(part.startswith("_") for part in parts):
            continue
        module = importlib.import_module(info.name)
        if hasattr(module, "__all__"):
            yield module


def entries() -> list[Entry]:
    """Every public function and class, once."""
    found: dict[int, Entry] = {}
    for module in public_modules():
        for name in module.__all__:
            value = getattr(module, name)
            if inspect.isclass(value) or inspect.isroutine(value):
                entry = found.setdefault(id(value), Entry(value, []))
                entry.names.append(f"{module.__name__}.{name}")
    for entry in found.values():
        entry.names.sort(key=lambda path: (path.count("."), path))
    exceptions = (Exception, Warning)  # these have a page of their own
    return [
        entry
        for entry in found.values()
        if not (inspect.isclass(entry.value) and issubclass(entry.value, exceptions))
    ]


def families() -> dict[str, ModuleType]:
    """The modules of operations by the name of their page."""
    modules = {}
    for info in pkgutil.iter_modules(tapegrad.ops.__path__):
        module = importlib.import_module(f"tapegrad.ops.{info.name}")
        if getattr(module, "__all__", None):
            modules[f"ops-{info.name}"] = module
    return modules


def _page_of(entry: Entry, owners: dict[int, str]) -> str:
    if id(entry.value) in owners:
        return owners[id(entry.value)]
    room, *family = str(getattr(entry.value, "__module__", "")).split(".")[1:3] or [""]
    if entry.names[0].startswith("tapegrad.torch."):
        return f"torch-{family[0]}" if room == "torch" and family else "torch"
    return room if room in _HEADINGS else "other"


def _short(path: str) -> str:
    name = path.removeprefix("tapegrad.")
    return name if name.startswith("torch.") else "tf." + name


def _title(page: str) -> str:
    dialect = "PyTorch: " if page.startswith("torch-") else ""
    return dialect + page.partition("-")[2].replace("_", " ").capitalize()


def _introduction(page: str, modules: dict[str, ModuleType]) -> tuple[str, str]:
    """The title of a page and the text below it."""
    if page in _HEADINGS:
        return _HEADINGS[page]
    if page in modules:
        return _title(page), inspect.getdoc(modules[page]) or ""
    module = importlib.import_module("tapegrad.torch." + page.removeprefix("torch-"))
    return _title(page), inspect.getdoc(module) or ""


def _place(page: str) -> tuple[bool, bool, str]:
    """What is no operation first, the PyTorch dialect last."""
    return page.startswith("torch"), page not in _HEADINGS, page


def _described(entry: Entry) -> str:
    kind = "class" if inspect.isclass(entry.value) else "function"
    first, *others = entry.names
    lines = [f"## `{_short(first)}`", ""]
    if others:
        lines += ["Also " + ", ".join(f"`{_short(path)}`" for path in others) + ".", ""]
    lines += ["```{eval-rst}", f".. auto{kind}:: {first}", "```", ""]
    return "\n".join(lines)


def write() -> None:
    """Write the pages; those of families that are gone are removed."""
    modules = families()
    owners = {
        id(getattr(module, name)): page
        for page, module in modules.items()
        for name in module.__all__
    }
    pages: dict[str, list[Entry]] = {}
    for entry in entries():
        pages.setdefault(_page_of(entry, owners), []).append(entry)

    texts, rows = {}, []
    for page in sorted(pages, key=_place):
        title, text = _introduction(page, modules)
        described = sorted(pages[page], key=lambda entry: entry.names[0].lower())
        sections = "\n".join(map(_described, described))
        texts[page] = f"# {title}\n\n{text}\n\n{sections}"
        names = ", ".join(f"`{_short(entry.names[0])}`" for entry in described)
        rows.append(f"| [{title}]({page}.md) | {names} |")
    contents = "\n".join(texts)
    texts["index"] = (
        "# The API\n\n`tf` stands for `tapegrad`, `torch` for `tapegrad.torch`:\n"
        "`import tapegrad as tf, tapegrad.torch as torch`.\n\n"
        "| page | names |\n|---|---|\n" + "\n".join(rows) + "\n\n"
        f"```{{toctree}}\n:hidden:\n\n{contents}\n```\n"
    )
    PAGES.mkdir(exist_ok=True)
    for stale in PAGES.glob("*.md"):
        if stale.stem not in texts:
            stale.unlink()
    for page, text in texts.items():
        path = PAGES / f"{page}.md"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
