"""The operations, by family. Add an operation here: one line in the file of its family."""
