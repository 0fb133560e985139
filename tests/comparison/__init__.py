"""Both semantics side by side, and what is said about them."""
