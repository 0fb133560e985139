"""Measurements of tapegrad: benchmark problems, a harness and the programs that run them."""
