"""The same snippets under TensorFlow and under tapegrad, with TensorFlow's answers recorded."""
