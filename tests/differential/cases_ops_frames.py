"""Frames of signals, adding them up, and cosine transforms."""

from __future__ import annotations

from tests.differential.op_cases import Held, Leaf, OpTable, Variants, spread

table = OpTable(__name__, "2.2 signal")

SIGNAL = spread([10])
MATRIX = spread([3, 5])
CUBE = spread([2, 5, 2])

FRAMES: Variants = {
    "overlapping": {"frame_length": 4, "frame_step": 3},
    "padded": {"frame_length": 4, "frame_step": 3, "pad_end": True, "pad_value": -1.0},
    "apart": {"frame_length": 2, "frame_step": 4},
    "apart_padded": {"frame_length": 3, "frame_step": 5, "pad_end": True},
    "too_long": {"frame_length": 12, "frame_step": 3},
    "too_long_padded": {"frame_length": 12, "frame_step": 3, "pad_end": True},
    "tensors": {"frame_length": Held(4, "int32"), "frame_step": Held(2, "int32")},
}
for variant, options in FRAMES.items():
    has_frames = variant != "too_long"
    arguments = {"signal": Leaf(SIGNAL), **options}
    table("signal.frame", variant, arguments, second=has_frames)
    arguments = {"signal": Leaf(spread([2, 10])), **options}
    table("signal.frame", f"{variant}_batch", arguments, dtypes=["float64"], second=has_frames)
    arguments = {"signal": Leaf([1, 2, 3, 4, 5], "int32"), **options, "pad_value": 0}
    table.value("signal.frame", f"{variant}_int32", {**arguments, "pad_end": True})
for axis in (0, 1, -1, -2):
    arguments = {"signal": Leaf(CUBE), "frame_length": 2, "frame_step": 1}
    for pad_end in (False, True):
        variant = f"axis_{axis}{'_padded' if pad_end else ''}".replace("-", "minus_")
        more = {"pad_end": pad_end, "pad_value": 0.5, "axis": axis}
        table("signal.frame", variant, {**arguments, **more}, dtypes=["float64"])
REFUSED: Variants = {
    "step": {"frame_length": 2, "frame_step": 0},
    "length": {"frame_length": -2, "frame_step": 1},
    "float_length": {"frame_length": 2.0, "frame_step": 1},
}
for variant, options in REFUSED.items():
    table.value("signal.frame", f"refuses_{variant}", {"signal": Leaf(SIGNAL), **options})
table.value("signal.frame", "empty", {"signal": Leaf([]), "frame_length": 2, "frame_step": 1})
scalar = {"signal": Leaf(1.0), "frame_length": 1, "frame_step": 1}
table.value("signal.frame", "refuses_scalar", scalar)

for step in (1, 2, 3, 4, 5, 7):
    for label, values in (("matrix", MATRIX), ("cube", CUBE)):
        table(
            "signal.overlap_and_add",
            f"{label}_{step}",
            {"signal": Leaf(values), "frame_step": step},
            dtypes=["float64"],
        )
table("signal.overlap_and_add", "float32", {"signal": Leaf(MATRIX), "frame_step": 2})
table.value("signal.overlap_and_add", "one", {"signal": Leaf(MATRIX[:1]), "frame_step": 2})
table.value(
    "signal.overlap_and_add", "int32", {"signal": Leaf([[1, 2], [3, 4]], "int32"), "frame_step": 1}
)
table.value("signal.overlap_and_add", "refuses_vector", {"signal": Leaf(SIGNAL), "frame_step": 1})
table.value("signal.overlap_and_add", "refuses_step", {"signal": Leaf(MATRIX), "frame_step": 0})
table.value("signal.overlap_and_add", "refuses_float", {"signal": Leaf(MATRIX), "frame_step": 2.0})

for op in ("signal.dct", "signal.idct"):
    for kind in (1, 2, 3, 4):
        for norm in (None, "ortho"):
            variant = f"{kind}_{norm}".lower()
            arguments = {"input": Leaf(MATRIX), "type": kind, "n": None, "axis": -1, "norm": norm}
            if kind == 1 and norm == "ortho":
                table.value(op, f"refuses_{variant}", arguments)
            else:
                table(op, variant, arguments, rtol=5e-6)
        for n in (3, 7, Held(4, "int32")):
            size = n if isinstance(n, int) else "tensor"
            arguments = {"input": Leaf(MATRIX), "type": kind, "n": n}
            table(op, f"{kind}_size_{size}", arguments, dtypes=["float64"])
    wrong: Variants = {
        "type": {"type": 5},
        "norm": {"type": 2, "norm": "unit"},
        "axis": {"type": 2, "axis": 0},
        "size": {"type": 2, "n": 0},
        "no_size": {"type": 2, "n": -1},
    }
    for variant, options in wrong.items():
        table.value(op, f"refuses_{variant}", {"input": Leaf(MATRIX), **options})
    table.value(op, "refuses_one", {"input": Leaf([1.0]), "type": 1})
    table.value(op, "refuses_half", {"input": Leaf(MATRIX, "float16")})
    table.value(op, "refuses_integers", {"input": [1, 2]})
