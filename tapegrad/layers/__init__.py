"""Layers of neural networks, as ``tf.keras.layers`` has them."""
