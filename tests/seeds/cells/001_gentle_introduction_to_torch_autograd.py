# Cells of the notebook "gentle introduction to torch autograd", found in public and kept as found: run by tests/seeds.

# %%
import torch
a = torch.tensor([2., 3.], requires_grad=True)
b = torch.tensor([6., 4.], requires_grad=True)
Q = 3*a**3 - b**2
external_grad = torch.tensor([1., 1.])
Q.backward(gradient=external_grad)
print(9*a**2 == a.grad)
print(-2*b == b.grad)
# %%
x = torch.rand(5, 5)
y = torch.rand(5, 5)
z = torch.rand((5, 5), requires_grad=True)
a = x + y
print(f"Does `a` require gradients? : {a.requires_grad}")
b = x + z
print(f"Does `b` require gradients?: {b.requires_grad}")
# %% frozen parameters: the seed freezes a pretrained resnet18 and replaces its last linear layer
from torch import nn, optim
model = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8 * 4 * 4, 512), nn.ReLU())
for param in model.parameters():
    param.requires_grad = False
model.add_module("fc", nn.Linear(512, 10))
optimizer = optim.SGD(model.fc.parameters(), lr=1e-2, momentum=0.9)
loss = nn.functional.cross_entropy(model(torch.rand(4, 1, 8, 8)), torch.tensor([1, 2, 3, 4]))
loss.backward()
optimizer.step()
[name for name, p in model.named_parameters() if p.grad is not None]
# %%
x = torch.tensor([1], dtype=torch.float, requires_grad=True)
with torch.no_grad():
    y = x * 2
print(y.requires_grad)
@torch.no_grad()
def doubler(x):
    return x * 2
z = doubler(x)
print(z.requires_grad)
