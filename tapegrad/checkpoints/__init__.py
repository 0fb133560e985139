"""Checkpoints: the values of a program's variables in a file, and back."""
