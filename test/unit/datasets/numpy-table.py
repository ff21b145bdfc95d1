"""Arrays as NumPy writes them, and what it reads back: numpy-table.json, so that the tests need no Python.

    python numpy-table.py > numpy-table.json        (NumPy 2.4.6)

`arrays`: each element type in both byte orders, both orders of axes and all three versions of the format, with random and extreme values.
`labelled`: classes of each kind of label, after `numpy.unique`. `headers`: the same array under headers of other writers, which numpy.load reads, too. `archives`: series beside arrays of any kind.
An element is the text of its number, which is exact, or its own text.
"""

import base64
import io
import itertools
import json
import struct

import numpy as np

random = np.random.default_rng(20260601)
SHAPES = [(7,), (3, 4), (2, 3, 2), (1,), (4, 1)]
WORDS = ["walk", "run", "déjà", "", "木", "a b", "🙂"]


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def texts_of(array: np.ndarray) -> list[str]:
    """Row-major; numbers by `repr`, which is exact for a double, whole ones by their digits."""
    flat = array.ravel(order="C")
    if array.dtype.kind == "U":
        return [str(value) for value in flat]
    if array.dtype.kind == "S":
        return [value.decode("utf-8") for value in flat]
    if array.dtype.kind == "f":
        return [repr(float(value)) for value in flat]
    return [str(int(value)) for value in flat]


def values_of(code: str, shape: tuple[int, ...]) -> np.ndarray:
    dtype = np.dtype(code)
    count = int(np.prod(shape))
    if dtype.kind in "US":
        words = [WORDS[i] for i in random.integers(0, len(WORDS), count)]
        values = np.array([word.encode() for word in words] if dtype.kind == "S" else words)
    elif dtype.kind == "b":
        values = random.integers(0, 2, count).astype(bool)
    elif dtype.kind in "iu":
        info = np.iinfo(dtype)
        values = random.integers(info.min, info.max, count, dtype=dtype.newbyteorder("="), endpoint=True)
        values[: min(2, count)] = [info.max, info.min][: min(2, count)]
    else:
        info = np.finfo(dtype)
        extremes = [info.max, info.smallest_subnormal, -info.tiny, np.inf, -np.inf, np.nan, -0.0]
        values = random.normal(size=count) * 10.0 ** random.integers(-3, 4, count)
        chosen = random.permutation(len(extremes))[: max(1, count // 3)]
        values[: len(chosen)] = [extremes[i] for i in chosen]
        values = random.permutation(values)
    return values.reshape(shape)


def written(array: np.ndarray, version: int) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, array, version=(version, 0))
    file.seek(0)
    back = np.load(file)
    assert back.dtype == array.dtype and back.tobytes() == array.tobytes()
    return file.getvalue()


def arrays():
    types = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "U", "S"]
    for number, (code, byte_order, order, version) in enumerate(itertools.product(types, "<>", "CF", [1, 2, 3])):
        shape = SHAPES[number % len(SHAPES)]
        values = values_of(code, shape)
        dtype = values.dtype if code in "US" else np.dtype(code)
        array = np.asarray(values.astype(dtype.newbyteorder(byte_order)), order=order)
        yield {
            "type": array.dtype.str,
            "order": order,
            "version": version,
            "shape": shape,
            "npy": base64_of(written(array, version)),
            "elements": texts_of(array),
        }


def headers():
    data = (np.arange(6, dtype="<f4") * 0.5).tobytes()
    for text in [
        '{"descr": "<f4", "fortran_order": False, "shape": (2, 3), }',
        "{'descr':'<f4','fortran_order':False,'shape':(2,3)}",
        "{'shape': (2, 3), 'fortran_order': False, 'descr': '<f4'}",
        "{ 'descr' :\t'<f4' , 'fortran_order' : False ,\n 'shape' : ( 2 , 3 , ) , }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 3L), }",
        "{'descr': u'<f4', 'fortran_order': False, u'shape': (2, 3), }",
        "{'descr': '=f4', 'fortran_order': False, 'shape': (2, 3), }",
        "{'descr': 'f4', 'fortran_order': False, 'shape': (2, 3), }",
    ]:
        npy = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + data
        back = np.load(io.BytesIO(npy), max_header_size=10_000)
        assert back.tolist() == [[0, 0.5, 1], [1.5, 2, 2.5]], text
        yield {"header": text, "npy": base64_of(npy)}


def archives():
    inputs = random.normal(size=(12, 4, 2))
    series = {"inputs": inputs, "targets": inputs.sum(axis=(1, 2))}
    records = np.zeros(3, dtype=[("a", "<f4"), ("b", "<i4")])
    beside = {
        "a dictionary": np.array({"rate": 100}, dtype=object),
        "Python objects": np.array([[1, 2], "a", None], dtype=object),
        "records": records,
        "channel names": np.array(["Fp1", "Fp2"]),
        "complex numbers": np.ones(2, dtype=complex),
        "times": np.array(["2026-01-01", "2026-01-02"], dtype="datetime64[ns]"),
        "extended precision": np.ones(2, dtype=np.longdouble),
    }
    for name, array in beside.items():
        file = io.BytesIO()
        np.savez_compressed(file, extra=array, **series)
        yield {"beside": name, "type": array.dtype.str, "shape": array.shape, "npz": base64_of(file.getvalue())}


def labelled():
    """Twelve series; the class of each by its name, in the order of `numpy.unique`."""
    inputs = random.normal(size=(12, 3, 1)).astype("<f4")
    position = np.arange(12)
    subjects = np.array([f"subject {i // 2}" for i in position])
    split = np.array(["train", "val", "train", "test"] * 3)
    words = np.array(["walk", "run", "déjà vu"])[position % 3]
    kinds = {
        "numbers from 1": position % 2 + 1,
        "one column": (position % 2 + 1)[:, None],
        "3 and 5": np.where(position % 2 == 0, 3, 5).astype("i1"),
        "-1 and 1": (position % 2 * 2 - 1).astype(">i2"),
        "10 after 9": 8 + position % 3,
        "whole floats": (position % 3).astype("f2"),
        "truth values": position % 2 == 0,
        "words": words,
        "bytes": np.array([word.encode() for word in words]),
        "big-endian words": words.astype(">U7"),
        "a class for each step": np.array(["rest", "go"])[(position[:, None] + np.arange(3)) % 2],
    }
    for name, labels in kinds.items():
        file = io.BytesIO()
        np.savez(file, inputs=inputs, targets=labels, subject=subjects, split=split)
        classes = np.unique(labels)
        named = (lambda array: array.astype("i8")) if labels.dtype.kind in "bf" else (lambda array: array)
        yield {
            "labels": name,
            "classes": texts_of(named(classes)),
            "ofSeries": [texts_of(named(row)) for row in np.atleast_1d(labels)],
            "subjects": texts_of(subjects),
            "splits": texts_of(split),
            "npz": base64_of(file.getvalue()),
        }


print(
    json.dumps(
        {
            "numpy": np.__version__,
            "arrays": list(arrays()),
            "headers": list(headers()),
            "archives": list(archives()),
            "labelled": list(labelled()),
        },
        ensure_ascii=False,
        indent=1,
    )
)
