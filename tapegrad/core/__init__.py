"""The engine: tensors, tapes, primitives, and the sweeps through records."""
