# Cells of the notebook "autograd and gradient tape", found in public and kept as found: run by tests/seeds.

# %% part 10: PyTorch
import torch as tr
import tensorflow as tf
import numpy as np
x = tr.tensor(3.0, requires_grad=True)
y = x**2
z = 2*x
k = 9/x
l = 8-x
m = 11+x
print(x); print(y); print(z); print(k); print(l); print(m)
# %%
y.backward()
x.grad
# %%
x = tr.tensor(3.0, requires_grad=True)
y = x**2
z = tr.sin(y)
print(x); print(y); print(z)
def dz_dx(x):
    return 2*x*tr.cos(x**2)
def dz_dy(y):
    return tr.cos(y)
print(dz_dx(x))
print(dz_dy(y))
# %% y.grad warns: y is not a leaf
z.backward()
print(y.grad)
print(x.grad)
# %%
x = tr.tensor(3.0, requires_grad=True)
y = x**2
y.retain_grad()
z = tr.sin(y)
z.backward()
print(y.grad)
print(x.grad)
# %%
x = tr.tensor(np.linspace(0, 3.0, 20), dtype=tr.float32, requires_grad=True)
y = x**2
y.retain_grad()
z = tr.sin(y)
print("x:", x); print("y:", y); print("z:", z)
z.sum().backward()
print("y.grad:", y.grad)
print("x.grad:", x.grad)
# %% gradients accumulate
x = tr.tensor(2.0, requires_grad=True)
y = x**2
y.backward()
print(x.grad)
y = x**2
y.backward()
print(x.grad)
x.grad.zero_()
y = x**2
y.backward()
x.grad
# %% disabling tracking
x = tr.tensor(2.0)
x.requires_grad_(False)
y = x**2
print(x, y)
x = tr.tensor(2.0, requires_grad=True)
y = x**2
z = x.detach()
y1 = z**2
print(id(x) == id(z)); print(x); print(y); print(z); print(y1)
x = tr.tensor(2.0, requires_grad=True)
with tr.no_grad():
    y = x**2
print(x, y)
# %% part 11: GradientTape
x = tf.Variable(3.0, trainable=True)
with tf.GradientTape(persistent=True) as tape:
    y = x**2
    z = tf.sin(y)
dz_dy = tape.gradient(z, y)
dz_dx = tape.gradient(z, x)
print(dz_dy)
print(dz_dx)
# %%
x = tf.constant(3.0)
with tf.GradientTape(persistent=True) as tape:
    tape.watch(x)
    y = x**2
    z = tf.sin(y)
dz_dy = tape.gradient(z, y)
dz_dx = tape.gradient(z, x)
print(dz_dy)
print(dz_dx)
# %%
del tape
# %%
x = tf.Variable(tf.linspace(0, 3, 10), trainable=True)
with tf.GradientTape(persistent=True) as tape:
    y = x**2
    z = tf.sin(y)
dz_dy = tape.gradient(z, y)
dz_dx = tape.gradient(z, x)
print(dz_dy)
print(dz_dx)
