"""Snippets of code that run under two libraries, and the rules that compare their results."""
