"""Random programs: operations, views, changes in place and modes, then gradients.

``python -m tests.torch.random_programs [count]`` writes programs with PyTorch's answers. A program
is grown statement by statement, and PyTorch tells which statements it accepts.
"""

from __future__ import annotations

import importlib
import json
import random
import re
import sys
import warnings
from pathlib import Path
from typing import Any

from tests.snippets.compare import compare
from tests.snippets.suite import without_warnings, write_recording
from tests.torch.harness import TORCH

RECORDED = Path(__file__).parent / "recorded" / "random_programs.json"
STATEMENTS = 9
_LEFT_OUT = {137}  # writes into an expansion by a mask, which PyTorch deprecates

_BEGIN = """\
a = torch.tensor([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]], dtype=torch.float64, requires_grad=True)
b = torch.tensor([1.0, -0.5, 0.75], dtype=torch.float64, requires_grad=True)
c = torch.tensor([[0.3, 0.6, -0.9], [-1.2, 1.5, 1.8]], dtype=torch.float64)
"""

#: Statements that make a new value; ``{x}``, ``{y}`` are names of values before.
_NEW = """
{x}.sin() | {x}.exp() | {x}.tanh() | {x} * {y} | {x} + {y} | {x} - {y} | {x} / ({y} * {y} + 1.0)
{x} ** 2 | 2.0 * {x} | 1.0 - {x} | {x}.sum() | {x}.sum(0) | {x}.sum(-1, keepdim=True) | {x}.mean()
{x}.T | {x}[0] | {x}[..., 1:] | {x}[-1:] | {x}.reshape(-1) | {x}.unsqueeze(0) | {x}.clone()
{x}.detach() | {x} @ {y}.T | {x}.view(-1) | {x}.expand(2, 3) | torch.cat([{x}, {y}]) | {x} * {x}
torch.stack([{x}, {y}]) | {x}.transpose(0, 1) | {x}.squeeze() | {x} * ({x} > 0) | {x}.abs() | -{x}
""".replace("\n", " | ").split("|")

#: Statements that change a value.
_CHANGES = """
{x}.add_({y}) | {x}.mul_({y}) | {x}.mul_(2.0) | {x}[0] = {y} | {x}[..., 0] = 0.0 | {x} -= {y}
{x}[..., 1:] *= {y} | {x}.copy_({y}) | {x}.detach_() | {x}[{x} > 0] = 0.5 | {x}.sub_(1.0)
""".replace("\n", " | ").split("|")


def grown(torch: Any, seed: int) -> str:
    """A program of statements that PyTorch accepts."""
    choose = random.Random(seed)
    lines, names = [_BEGIN.strip()], ["a", "b", "c"]
    new, changes = ([s.strip() for s in some if s.strip()] for some in (_NEW, _CHANGES))
    while len(lines) <= STATEMENTS:
        recent = names[-4:] if choose.random() < 0.7 else names
        x, y = choose.choice(recent), choose.choice(names)
        if choose.random() < 0.25:
            line = choose.choice(changes).format(x=x, y=y)
            if choose.random() < 0.2:
                line = f"with torch.no_grad():\n    {line}"
        else:
            name = f"v{len(lines)}"
            line = f"{name} = {choose.choice(new).format(x=x, y=y)}"
            # PyTorch's views from such a block only half require gradients: see cases_modes.
            if choose.random() < 0.1 and re.search(r" [-+*/@] |sin|exp\(|tanh|sum|mean|cat", line):
                line = f"with torch.no_grad():\n    {line}"
        namespace = {"torch": torch}
        try:
            exec("\n".join([*lines, line]), namespace)
        except Exception:  # noqa: BLE001 - whatever PyTorch refuses is no part of the program
            continue
        lines.append(line)
        names = [n for n, value in namespace.items() if isinstance(value, torch.Tensor)]
    return "\n".join(lines)


def outcome(torch: Any, source: str) -> Any:
    """The values that a program ends with, and the first and second derivatives of their sum."""
    namespace: dict[str, Any] = {"torch": torch}
    exec(source, namespace)
    values = {name: value for name, value in namespace.items() if isinstance(value, torch.Tensor)}
    kept = {name: value.detach().clone() for name, value in values.items()}
    leaves = [namespace["a"], namespace["b"]]
    total = sum((value * (0.5 + i)).sum() for i, value in enumerate(values.values()))
    first = torch.autograd.grad(total, leaves, create_graph=True, allow_unused=True)
    followed = [g for g in first if g is not None and g.requires_grad]
    second: Any = [torch.zeros_like(leaf) for leaf in leaves]
    if followed:
        again = sum((g * g).sum() for g in followed)
        second = torch.autograd.grad(again, leaves, materialize_grads=True)
    flags = {name: (value.requires_grad, value.is_leaf) for name, value in values.items()}
    return kept, flags, [g if g is None else g.detach() for g in first], [*second]


def main(count: int) -> None:
    """Grow programs, and write them with PyTorch's answers."""
    torch = importlib.import_module("torch")
    warnings.simplefilter("ignore")
    programs: dict[str, Any] = {}
    for seed in sorted(set(range(count)) - _LEFT_OUT):
        source = grown(torch, seed)
        answer = TORCH.answer(torch, lambda torch, source=source: outcome(torch, source))
        result = without_warnings(answer)
        if "raises" not in result:  # what cannot be differentiated is tested elsewhere
            programs[f"program_{seed}"] = {"source": source, "result": result}
    write_recording(RECORDED, {"torch": torch.__version__}, programs)


def found(program: dict[str, Any]) -> list[str]:
    """How tapegrad's answer differs from PyTorch's."""
    import tapegrad.torch

    answer = TORCH.answer(tapegrad.torch, lambda torch: outcome(torch, program["source"]))
    return compare(program["result"], without_warnings(answer))


def load() -> dict[str, dict[str, Any]]:
    """The programs that are written."""
    programs: dict[str, dict[str, Any]] = json.loads(RECORDED.read_text())["cases"]
    return programs


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
