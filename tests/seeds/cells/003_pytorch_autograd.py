# Cells of the notebook "pytorch autograd", found in public and kept as found: run by tests/seeds.

# %%
import numpy as np
import torch
a = torch.tensor([5.], requires_grad=True)
b = torch.tensor([6.], requires_grad=True)
a
# %%
y = a**3 - b**2
print(y)
print(a.grad)
print(b.grad)
y.backward()
print(a.grad)
print(b.grad)
# %%
W = torch.randn(10, 1, requires_grad=True)
b = torch.randn(1, requires_grad=True)
x = torch.rand(1, 10)
output = torch.matmul(x, W) + b
output
# %%
loss = 1 - output
loss
# %%
loss.backward()
W.grad, b.grad
# %%
with torch.no_grad():
    W = W - 0.001 * W.grad.data
W
# %%
a = torch.tensor(2.0)
b = torch.tensor(3.0)
c = a * b
a.data, a.grad, a.grad_fn, a.is_leaf, a.requires_grad, c.requires_grad
# %%
a = torch.tensor(2.0, requires_grad=True)
c = a * b
c
# %%
c.backward()
a.grad
# %%
a = torch.tensor(2.0, requires_grad=True)
b = torch.tensor(3.0, requires_grad=True)
c = a * b
d = torch.tensor(4.0, requires_grad=True)
e = c * d
e.backward()
d.grad, b.grad, a.grad
