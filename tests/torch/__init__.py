"""The PyTorch dialect, judged by PyTorch."""
