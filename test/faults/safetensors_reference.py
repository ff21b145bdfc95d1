"""The reference implementation's verdicts: files, each behind its length (4 bytes, little-endian), enter; a JSON line each leaves."""
import json
import struct
import sys

import safetensors

source = sys.stdin.buffer
print(json.dumps(f"safetensors {safetensors.__version__}"))
while length := source.read(4):
    file = source.read(struct.unpack("<I", length)[0])
    try:
        tensors = safetensors.deserialize(file)
        verdict = {"tensors": [[name, tensor["dtype"], [str(size) for size in tensor["shape"]]] for name, tensor in tensors]}
    except safetensors.SafetensorError as error:
        verdict = {"refused": str(error)}
    print(json.dumps(verdict))
