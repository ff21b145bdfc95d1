"""One whole training step (forward, MSE over the last steps, backward, Adam) in PyTorch, on the CPU or a CUDA card.

GRU and LSTM are torch.nn's fused layers (cuDNN's on a card, in float32 without TF32); MGU and nBRC the time loop that a
user would write. Replicas run one after another. PEER_DEVICE is the device (default: cpu), and PEER_COMPILED=1 compiles
the step of the loops. First line on stdout: {"peer"}. Each line on stdin {"case", "steps"} (a case of cases.json) is
answered with {"times"}: ms of each of that many steps. A new case is warmed up before its first steps are timed.
"""
import json, os, sys, time

import torch
from torch import nn

WARM_UP_STEPS = 2
DEVICE = os.environ.get("PEER_DEVICE", "cpu")
COMPILED = os.environ.get("PEER_COMPILED") == "1"


def mgu_step(h, p, U):
    H = U.shape[0]
    f, n = p.split(H, -1)
    f = torch.sigmoid(f + h @ U[:, :H])
    return (1 - f) * h + f * torch.tanh(n + (f * h) @ U[:, H:])


def nbrc_step(h, p, U):
    H = U.shape[0]
    c, a, n = p.split(H, -1)
    uc, ua = (h @ U).split(H, -1)
    c, a = torch.sigmoid(c + uc), 1 + torch.tanh(a + ua)
    return c * h + (1 - c) * torch.tanh(n + a * h)


class Loop(nn.Module):
    """One layer of MGU or nBRC over time: x [T, B, I] -> [T, B, H]."""

    def __init__(self, cell, inputs, H):
        super().__init__()
        gates = {"mgu": 2, "nbrc": 3}[cell]
        self.cell = cell
        self.W = nn.Parameter(torch.randn(inputs, gates * H) * inputs**-0.5)
        self.b = nn.Parameter(torch.zeros(gates * H))
        self.U = nn.Parameter(torch.randn(H, 2 * H) * H**-0.5)

    def forward(self, x):
        H = self.U.shape[0]
        h, outputs = x.new_zeros(x.shape[1], H), []
        step = {"mgu": mgu_step, "nbrc": nbrc_step}[self.cell]
        for p in x @ self.W + self.b:
            h = step(h, p, self.U)
            outputs.append(h)
        return torch.stack(outputs)


class Network(nn.Module):
    def __init__(self, case):
        super().__init__()
        H, layers, inputs = case["hidden"], case["layers"], case["inputs"]
        if case["cell"] in ("gru", "lstm"):
            self.rnn = getattr(nn, case["cell"].upper())(inputs, H, layers)
        else:
            self.rnn = nn.Sequential(*[Loop(case["cell"], inputs if l == 0 else H, H) for l in range(layers)])
        self.readout = nn.Linear(H, 1)

    def forward(self, x, steps):
        h = self.rnn(x)
        h = h[0] if isinstance(h, tuple) else h
        return self.readout(h[-steps:])


class Trainer:
    """A case with one network and optimiser a replica."""

    def __init__(self, case):
        self.loss_steps = case["lossSteps"]
        self.networks = [Network(case) for _ in range(case["replicas"])]
        self.optimizers = [torch.optim.Adam(network.parameters(), 1e-3) for network in self.networks]
        self.x = torch.randn(case["steps"], case["batch"], case["inputs"])
        self.y = torch.randn(case["lossSteps"], case["batch"], 1)
        self.times(WARM_UP_STEPS)

    def times(self, steps):
        times = []
        for _ in range(steps):
            start = time.perf_counter()
            for network, optimizer in zip(self.networks, self.optimizers):
                loss = ((network(self.x, self.loss_steps) - self.y) ** 2).mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            if DEVICE != "cpu":
                torch.cuda.synchronize()
            times.append((time.perf_counter() - start) * 1e3)
        return times


def answer(value):
    print(json.dumps(value), flush=True)


torch.set_num_threads(os.cpu_count())
torch.set_default_device(DEVICE)
torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
if COMPILED:
    mgu_step, nbrc_step = torch.compile(mgu_step), torch.compile(nbrc_step)
# Adjoints that vanish over hundreds of steps become denormal numbers, which cost Intel's processors a factor of four
# here. JAX and we flush them; PyTorch does when told, and is to be seen at its best.
torch.set_flush_denormal(True)
answer(dict(peer="torch " + torch.__version__ + (", compiled" if COMPILED else "")))
case, trainer = None, None
for line in sys.stdin:
    request = json.loads(line)
    try:
        if request["case"] != case:
            trainer, case = Trainer(request["case"]), request["case"]
        answer(dict(times=trainer.times(request["steps"])))
    except Exception as error:
        answer(dict(error=f"{type(error).__name__}: {error}"))
