"""Records what PyTorch's autograd gives for cells of the lab and of its notation, in float64: one JSON file a cell beside this one.

Each cell is written here by hand, from its paper and not from the lab's text, as one step of a series. Parameters and inputs are drawn as float32
numbers, so that a float32 engine reads exactly them; every series is run for its own length, so that nothing of padding can enter. Needs
numpy and torch: `python test/golden/cells/record_cells.py [CELL...]`. `npm test` reads the files alone.
"""
import json, sys, zlib
from pathlib import Path

import numpy as np
import torch

torch.set_default_dtype(torch.float64)
FOLDER = Path(__file__).parent
T, B, I, H, O = 9, 4, 3, 5, 2
LENGTHS = [9, 4, 7, 1]
sig, tanh, relu = torch.sigmoid, torch.tanh, torch.relu


def gates(prefix_in, prefix_rec, names):
    """Shapes of input matrices, recurrent matrices and biases of gates."""
    shapes = {}
    for name in names:
        shapes[f"{prefix_in}_{name}"] = (H, I)
        shapes[f"{prefix_rec}_{name}"] = (H, H)
        shapes[f"b_{name}"] = (H,)
    return shapes


class SuperSpike(torch.autograd.Function):
    """1 where x > 0; backwards 1 / (1 + slope |x|)^2."""

    @staticmethod
    def forward(ctx, x, slope):
        ctx.save_for_backward(x)
        ctx.slope = slope
        return (x > 0).to(x.dtype)

    @staticmethod
    def backward(ctx, d):
        (x,) = ctx.saved_tensors
        return d / (1 + ctx.slope * x.abs()) ** 2, None


class StraightThroughSign(torch.autograd.Function):
    """The sign of x; backwards 1 within -1 .. 1, else 0."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.sign(x)

    @staticmethod
    def backward(ctx, d):
        (x,) = ctx.saved_tensors
        return d * (x.abs() < 1)


# A cell: its parameters' shapes, its states (the first ones are read out, one unless OUTPUTS says more), and one step of one series.


def rnn(p, x, h):
    return (tanh(p["W"] @ x + p["b"] + p["U"] @ h + p["c"]),)


def irnn(p, x, h):
    return (relu(p["W"] @ x + p["U"] @ h + p["b"]),)


def indrnn(p, x, h):
    return (relu(p["W"] @ x + p["u"] * h + p["b"]),)


def peephole_lstm(p, x, h, c):
    pre = lambda g: p[f"W_{g}"] @ x + p[f"U_{g}"] @ h + p[f"b_{g}"]
    i = sig(pre("i") + p["p_i"] * c)
    f = sig(pre("f") + p["p_f"] * c)
    new_c = f * c + i * tanh(pre("c"))
    o = sig(pre("o") + p["p_o"] * new_c)
    return o * tanh(new_c), new_c


def cornn(p, y_and_z_input, y, z, dt=0.042, gamma=2.7, epsilon=4.7):
    drive = tanh(p["W"] @ y + p["Z"] @ z + p["V"] @ y_and_z_input + p["b"])
    new_z = z + dt * (drive - gamma * y - epsilon * z)
    return y + dt * new_z, new_z


def minimal_rnn(p, x, h):
    z = tanh(p["W"] @ x + p["b_z"])
    u = sig(p["U"] @ h + p["V"] @ z + p["b_u"])
    return (u * h + (1 - u) * z,)


def janet(p, x, h, beta=1.0):
    s = p["W_f"] @ x + p["U_f"] @ h + p["b_f"]
    candidate = tanh(p["W_c"] @ x + p["U_c"] @ h + p["b_c"])
    return (sig(s) * h + (1 - sig(s - beta)) * candidate,)


def cfc(p, x, h, t=1.0):
    head = lambda g: p[f"W_{g}"] @ x + p[f"U_{g}"] @ h + p[f"b_{g}"]
    gate = sig(-head("f") * t)
    return (gate * tanh(head("g")) + (1 - gate) * tanh(head("n")),)


def scalar_gain(p, x, h):
    return (tanh(p["W"] @ x + p["g"] * (p["U"] @ h) + p["b"]),)


def reservoir(p, x, h):
    return (tanh(p["W"] @ x + p["U"] @ h),)


def spiking(p, x, h, v):
    new_v = 0.7 * v * (1 - h) + 0.3 * (p["W"] @ x + p["U"] @ h + p["b"])
    spike = SuperSpike.apply(new_v - 0.1, 10.0)
    return spike * p["a"], new_v


def binary_units(p, x, h):
    return (0.5 * h + 0.5 * StraightThroughSign.apply(p["W"] @ x + p["U"] @ h + p["b"]) * tanh(p["V"] @ x),)


def antisymmetric_rnn(p, x, h, eps=0.1, gamma=0.01):
    return (h + eps * tanh((p["W"] - p["W"].T) @ h - gamma * h + p["V"] @ x + p["b"]),)


def normalised(v, gain):
    return torch.nn.functional.layer_norm(v, v.shape, weight=gain, eps=1e-5)


def layer_norm_gru(p, x, h):
    gate = lambda g: sig(p[f"W_{g}"] @ x + normalised(p[f"U_{g}"] @ h, p[f"g_{g}"]) + p[f"b_{g}"])
    r, z = gate("r"), gate("z")
    n = tanh(p["W_n"] @ x + p["b_n"] + r * (normalised(p["U_n"] @ h, p["g_n"]) + p["c_n"]))
    return ((1 - z) * n + z * h,)


def layernorm(p, x, h):
    return (tanh(p["W"] @ x + normalised(p["U"] @ h, p["g"]) + p["b"]),)


def over_inputs_and_units(p, x, h):
    u = p["U"] @ (x.mean() * h - h.mean())
    return (tanh(p["W"] @ (x / (1 + (x**2).sum())) + u * (p["b"] * h).sum() + p["b"]),)


def transposes(p, x, h):
    a = tanh((p["W"] - p["W"].T) @ h + p["V"] @ x)
    return (tanh(0.5 * h + p["Q"].T @ (p["V"].T @ a) + (p["S"] + p["W"].T) @ (a * h)),)


def learned_start(p, x, h):
    return (tanh(p["W"] @ x + p["U"] @ h + p["b"]),)


def learned_starts(p, x, h, c):
    new_c = 0.8 * c + tanh(p["W"] @ x + p["U"] @ h + p["k"])
    return tanh(new_c) * sig(h), new_c


def two_outputs(p, x, h, c):
    i = sig(p["W_i"] @ x + p["U_i"] @ h + p["b_i"])
    new_c = (1 - i) * c + i * tanh(p["W_c"] @ x + p["U_c"] @ h + p["b_c"])
    return tanh(new_c), new_c


CELLS = {
    "rnn": (rnn, 1, {"W": (H, I), "b": (H,), "U": (H, H), "c": (H,)}),
    "irnn": (irnn, 1, {"W": (H, I), "U": (H, H), "b": (H,)}),
    "indrnn": (indrnn, 1, {"W": (H, I), "u": (H,), "b": (H,)}),
    "peephole-lstm": (
        peephole_lstm,
        2,
        {**gates("W", "U", "ifco"), "p_i": (H,), "p_f": (H,), "p_o": (H,)},
    ),
    "cornn": (cornn, 2, {"W": (H, H), "Z": (H, H), "V": (H, I), "b": (H,)}),
    "minimal-rnn": (minimal_rnn, 1, {"W": (H, I), "b_z": (H,), "U": (H, H), "V": (H, H), "b_u": (H,)}),
    "janet": (janet, 1, gates("W", "U", "fc")),
    "cfc": (cfc, 1, gates("W", "U", "fgn")),
    "antisymmetric-rnn": (antisymmetric_rnn, 1, {"W": (H, H), "V": (H, I), "b": (H,)}),
    "layer-norm-gru": (
        layer_norm_gru,
        1,
        {**gates("W", "U", "rzn"), "g_r": (H,), "g_z": (H,), "g_n": (H,), "c_n": (H,)},
    ),
    # Of the notation alone: texts stand in cells.test.ts.
    "scalar-gain": (scalar_gain, 1, {"W": (H, I), "g": (), "U": (H, H), "b": (H,)}),
    "reservoir": (reservoir, 1, {"W": (H, I), "U": (H, H)}),
    "spiking": (spiking, 2, {"W": (H, I), "U": (H, H), "b": (H,), "a": (H,)}),
    "binary-units": (binary_units, 1, {"W": (H, I), "U": (H, H), "b": (H,), "V": (H, I)}),
    "layernorm": (layernorm, 1, {"W": (H, I), "U": (H, H), "g": (H,), "b": (H,)}),
    "over-inputs-and-units": (over_inputs_and_units, 1, {"W": (H, I), "U": (H, H), "b": (H,)}),
    "transposes": (transposes, 1, {"W": (H, H), "V": (H, I), "Q": (I, H), "S": (H, H)}),
    "learned-start": (learned_start, 1, {"h_init": (H,), "W": (H, I), "U": (H, H), "b": (H,)}),
    "learned-starts": (learned_starts, 2, {"k": (H,), "W": (H, I), "U": (H, H)}),
    "two-outputs": (two_outputs, 2, gates("W", "U", "ic")),
}
FROZEN = {"reservoir": {"W", "U"}}
OUTPUTS = {"two-outputs": 2}
# The vectors that the states begin at, in place of zeros.
STARTS = {"learned-start": ["h_init"], "learned-starts": ["k", "k"]}


def record(name):
    step, states, shapes = CELLS[name]
    random = np.random.default_rng(zlib.crc32(name.encode()))
    draw = lambda shape, spread=0.6: random.normal(0, spread, shape).astype(np.float32).astype(np.float64)
    values = {symbol: draw(shape) for symbol, shape in shapes.items()}
    output_count = OUTPUTS.get(name, 1)
    values |= {"weight": draw((O, output_count * H)), "bias": draw((O,))}
    frozen = FROZEN.get(name, set())
    p = {symbol: torch.tensor(value, requires_grad=symbol not in frozen) for symbol, value in values.items()}
    inputs = draw((T, B, I), 1.0)
    target_steps = [[random.integers(length) for length in LENGTHS], [length - 1 for length in LENGTHS]]
    targets = draw((2, B, O), 1.0)
    outputs, finals = [[None] * B, [None] * B], []
    for b, length in enumerate(LENGTHS):
        state = tuple(p[symbol] for symbol in STARTS.get(name, [])) or tuple(torch.zeros(H) for _ in range(states))
        for t in range(length):
            state = step(p, torch.tensor(inputs[t, b]), *state)
            for k in range(2):
                if target_steps[k][b] == t:
                    outputs[k][b] = p["weight"] @ torch.cat(state[:output_count]) + p["bias"]
        finals.append(torch.cat(state))
        inputs[length:, b] = 0
    stacked = torch.stack([torch.stack(row) for row in outputs])
    loss = ((stacked - torch.tensor(targets)) ** 2).mean()
    loss.backward()
    tensor = lambda value: {"shape": list(np.shape(value)), "data": np.ravel(value).tolist()}
    case = {
        "cell": name,
        "sizes": {"T": T, "B": B, "I": I, "H": H, "O": O},
        "lengths": LENGTHS,
        "inputs": tensor(inputs),
        "targetSteps": np.ravel(target_steps).tolist(),
        "targets": tensor(targets),
        "parameters": {symbol: tensor(value) for symbol, value in values.items()},
        "expected": {
            "loss": loss.item(),
            "outputs": tensor(stacked.detach().numpy()),
            "finalStates": tensor(torch.stack(finals).detach().numpy()),
            "gradients": {s: tensor(v.grad.numpy()) if v.grad is not None else None for s, v in p.items()},
        },
    }
    text = json.dumps(case, separators=(",", ":"))
    (FOLDER / f"{name}.json").write_text(text + "\n")


for cell in sys.argv[1:] or CELLS:
    record(cell)
