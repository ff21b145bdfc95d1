"""One whole training step (forward, MSE over the last steps, backward, Adam) in JAX, jitted, on the CPU or a CUDA card.

PEER_DEVICE is the device (default: cpu); products are of float32 without TF32. First line on stdout: {"peer"}. Each line
on stdin {"case", "steps"} (a case of cases.json) is answered with {"times"}: ms of each of that many steps. A new case is compiled and warmed up before its first steps are timed.
"""
import json, os, sys, time

os.environ["JAX_PLATFORMS"] = os.environ.get("PEER_DEVICE", "cpu")
os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] = "false"  # others work on the card, too
import jax
import jax.numpy as jnp

jax.config.update("jax_default_matmul_precision", "highest")

GATES = {"gru": 3, "lstm": 4, "mgu": 2, "nbrc": 3}
WARM_UP_STEPS = 2
sigmoid = jax.nn.sigmoid


def layer(cell, W, U, b, x):
    """One layer over time: x [T, B, I] -> [T, B, H]. Each cell gets its state and p = W x + b of the step."""
    H, B = U.shape[0], x.shape[1]

    def gru(h, p):
        r, z, n = jnp.split(p, 3, -1)
        ur, uz, un = jnp.split(h @ U, 3, -1)
        r, z = sigmoid(r + ur), sigmoid(z + uz)
        h = (1 - z) * jnp.tanh(n + r * un) + z * h
        return h, h

    def lstm(s, p):
        h, c = s
        i, f, g, o = jnp.split(p + h @ U, 4, -1)
        c = sigmoid(f) * c + sigmoid(i) * jnp.tanh(g)
        h = sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    def mgu(h, p):
        f, n = jnp.split(p, 2, -1)
        f = sigmoid(f + h @ U[:, :H])
        h = (1 - f) * h + f * jnp.tanh(n + (f * h) @ U[:, H:])
        return h, h

    def nbrc(h, p):
        c, a, n = jnp.split(p, 3, -1)
        uc, ua = jnp.split(h @ U, 2, -1)
        c, a = sigmoid(c + uc), 1 + jnp.tanh(a + ua)
        h = c * h + (1 - c) * jnp.tanh(n + a * h)
        return h, h

    h0 = jnp.zeros((B, H))
    s0 = (h0, h0) if cell == "lstm" else h0
    cells = dict(gru=gru, lstm=lstm, mgu=mgu, nbrc=nbrc)
    return jax.lax.scan(cells[cell], s0, x @ W + b)[1]


def network(case, key):
    H, gates, cells, inputs = case["hidden"], GATES[case["cell"]], [], case["inputs"]
    recurrent = 2 if case["cell"] == "nbrc" else gates
    for k in jax.random.split(key, case["layers"]):
        a, b = jax.random.split(k)
        W = jax.random.normal(a, (inputs, gates * H)) * inputs**-0.5
        U = jax.random.normal(b, (H, recurrent * H)) * H**-0.5
        cells.append((W, U, jnp.zeros(gates * H)))
        inputs = H
    return dict(cells=cells, V=jax.random.normal(key, (H, 1)) * H**-0.5, c=jnp.zeros(1))


def step(case, params, m, v, k, x, y):
    def loss(p):
        h = x
        for W, U, b in p["cells"]:
            h = layer(case["cell"], W, U, b, h)
        return ((h[-case["lossSteps"] :] @ p["V"] + p["c"] - y) ** 2).mean()

    value, d = jax.value_and_grad(loss)(params)
    m = jax.tree.map(lambda m, d: 0.9 * m + 0.1 * d, m, d)
    v = jax.tree.map(lambda v, d: 0.999 * v + 0.001 * d * d, v, d)

    def adam(p, m, v):
        return p - 1e-3 * (m / (1 - 0.9**k)) / (jnp.sqrt(v / (1 - 0.999**k)) + 1e-8)

    return jax.tree.map(adam, params, m, v), m, v, value


class Trainer:
    """A case with its compiled step; replicas are a vmap."""

    def __init__(self, case):
        key, R = jax.random.PRNGKey(0), case["replicas"]
        params = network(case, key)
        self.x = jax.random.normal(key, (case["steps"], case["batch"], case["inputs"]))
        self.y = jax.random.normal(key, (case["lossSteps"], case["batch"], 1))
        one = lambda p, m, v, k, x, y: step(case, p, m, v, k, x, y)
        if R > 1:
            params = jax.tree.map(lambda a: jnp.stack([a] * R), params)
            self.x, self.y = jnp.stack([self.x] * R), jnp.stack([self.y] * R)
            one = jax.vmap(one, in_axes=(0, 0, 0, None, 0, 0))
        self.step = jax.jit(one)
        zeros = jax.tree.map(jnp.zeros_like, params)
        self.state, self.count = (params, zeros, zeros), 0
        self.times(WARM_UP_STEPS)

    def times(self, steps):
        times = []
        for _ in range(steps):
            self.count += 1
            start = time.perf_counter()
            *self.state, value = self.step(*self.state, float(self.count), self.x, self.y)
            jax.block_until_ready((value, self.state))
            times.append((time.perf_counter() - start) * 1e3)
        return times


def answer(value):
    print(json.dumps(value), flush=True)


answer(dict(peer="jax " + jax.__version__))
case, trainer = None, None
for line in sys.stdin:
    request = json.loads(line)
    try:
        if request["case"] != case:
            trainer, case = Trainer(request["case"]), request["case"]
        answer(dict(times=trainer.times(request["steps"])))
    except Exception as error:
        answer(dict(error=f"{type(error).__name__}: {error}"))
