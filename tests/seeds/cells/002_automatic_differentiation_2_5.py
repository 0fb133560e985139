# Cells of the notebook "automatic differentiation 2 5", found in public and kept as found: run by tests/seeds.

# %%
import torch
x = torch.tensor([[1.], [2.]], requires_grad=True)
w = torch.tensor([[0.5, 0.5]], requires_grad=True)
b = torch.tensor(0.1, requires_grad=True)
y = w @ x + b
z = torch.tensor(1.0)
loss = (y-z) ** 2
loss.backward()
print(f"Gradient of w:\t{w.grad}")
print(f"Gradient of x:\t{x.grad.flatten()}")
print(f"Gradient of b:\t{b.grad}")
print(f"Gradient of z:\t{z.grad}")
# %%
print(f"w gradient after previous calculation \t{w.grad}\n")
result = w.sum()
result.backward()
print(f"Result value: \t{result}")
print(f"Accumulated w gradient: \t{w.grad} \n")
result = w.sum()
result.backward()
print(f"Accumulated w gradient iter2: \t{w.grad}")
# %%
w.grad.zero_()
result = w.sum()
result.backward()
print(f"Result value: \t{result}")
print(f"Accumulated w gradient: \t{w.grad} \n")
w.grad.zero_()
result = w.sum()
result.backward()
print(f"Accumulated w gradient iter2: \t{w.grad} \n")
# %%
x = torch.tensor([[1.], [2.]], requires_grad=True)
w = torch.tensor([0.5, 0.5], requires_grad=True)
y_r = w[0] * x + w[1] * x
print(f"Shape of y_r: {y_r.shape}")
y_r.backward(gradient=torch.ones((2, 1)))
print(f"Sum of gradient: {w.grad}")
sumed_grad = w.grad
# %%
x = torch.tensor([[1.], [2.]], requires_grad=True)
w = torch.tensor([0.5, 0.5], requires_grad=True)
y_r = w[0] * x + w[1] * x
y_r[0].backward()
p_y0_p_w = w.grad.clone()
print(p_y0_p_w)
x.grad.zero_()
w.grad.zero_()
y_r = w[0] * x + w[1] * x
y_r[1].backward()
p_y1_p_w = w.grad.clone()
print(p_y1_p_w)
p_y1_p_w + p_y0_p_w == sumed_grad
# %%
x.grad.zero_()
y = x * x
u = y.detach()
z = u * x
z.sum().backward()
print(x.grad == u)
# %%
x.grad.zero_()
y.sum().backward()
print(x.grad == 2 * x)
# %%
def f(a):
    b = a * 2
    while b.norm() < 1000:
        b = b * 2
    if b.sum() > 0:
        c = b
    else:
        c = 100 * b
    return c
a = torch.randn(size=(), requires_grad=True)
d = f(a)
d.backward()
a.grad == d / a
# %% every public name of torch.linalg below must exist and, where PyTorch differentiates it, be differentiable
[n for n in ("cholesky", "cholesky_ex", "cond", "cross", "det", "diagonal", "eig", "eigh", "eigvals", "eigvalsh", "householder_product", "inv", "inv_ex", "ldl_factor", "ldl_factor_ex", "ldl_solve", "lstsq", "lu", "lu_factor", "lu_factor_ex", "lu_solve", "matmul", "matrix_exp", "matrix_norm", "matrix_power", "matrix_rank", "multi_dot", "norm", "pinv", "qr", "slogdet", "solve", "solve_ex", "solve_triangular", "svd", "svdvals", "tensorinv", "tensorsolve", "vander", "vecdot", "vector_norm") if hasattr(torch.linalg, n)]
# %%
help(torch.ldexp)
torch.ldexp(torch.tensor([1.]), torch.tensor([1])), torch.ldexp(torch.tensor([1.0]), torch.tensor([1, 2, 3, 4]))
