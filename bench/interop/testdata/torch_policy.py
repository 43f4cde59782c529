"""torch_policy.py CHECKPOINT EPISODE OUTPUTS: plays an episode's observations through a checkpoint in PyTorch, in float64.

The network is built from the file's metadata, the tensors are used as they are. The file is read by hand because the format
is that simple; safetensors.torch.load_file does the same.
"""
import base64
import json
import pathlib
import sys

import torch
from torch.nn.functional import conv2d, linear


def load(path):
    raw = pathlib.Path(path).read_bytes()
    end = 8 + int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:end])
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, t in header.items():
        begin, stop = t["data_offsets"]
        values = torch.frombuffer(bytearray(raw[end + begin : end + stop]), dtype=torch.float32)
        tensors[name] = values.reshape(t["shape"]).double()
    return tensors, metadata


def step(tensors, archs, scalings, pixels, proprioception, states):
    """One step of all columns; states holds (h, c) of each and is updated."""
    given = []
    for k, (arch, scaling) in enumerate(zip(archs, scalings), 1):
        w = {n.removeprefix(f"column{k}."): t for n, t in tensors.items() if n.startswith(f"column{k}.")}
        below = {j: given[j - 1] for j in arch.get("laterals_from", [])}
        g, joined = {}, []
        if any(arch["pixels"]):
            mean, scale = (torch.tensor(scaling[n], dtype=torch.float64).reshape(1, -1, 1, 1) for n in ("mean", "scale"))
            g["conv1"] = conv2d((pixels - mean) / scale, w["conv1.weight"], w["conv1.bias"], stride=4).relu()
            x = conv2d(g["conv1"], w["conv2.weight"], w["conv2.bias"], stride=2)
            for j, b in below.items():
                if "conv1" in b:
                    a = conv2d(b["conv1"], w[f"conv2.adapter{j}.weight"], w[f"conv2.adapter{j}.bias"]).relu()
                    x = x + conv2d(a, w[f"conv2.lateral{j}.weight"], stride=2)
            g["conv2"] = x.relu()
            x = linear(g["conv2"].flatten(1), w["fc.weight"], w["fc.bias"])
            for j, b in below.items():
                if "conv2" in b:
                    a = conv2d(b["conv2"], w[f"fc.adapter{j}.weight"], w[f"fc.adapter{j}.bias"]).relu()
                    x = x + linear(a.flatten(1), w[f"fc.lateral{j}.weight"])
            joined.append(x.relu())
        if arch["proprioception"]:
            joined.append(linear(proprioception, w["encoder.weight"], w["encoder.bias"]).relu())
        g["joined"] = g["hidden"] = torch.cat(joined, 1)
        if arch["lstm"]:
            inputs, weights = [g["joined"]], [w["lstm.weight_ih"]]
            for j, b in below.items():
                inputs.append(b["joined"])
                weights.append(w[f"lstm.lateral{j}.fc.weight"])
                if "lstm" in b:
                    inputs.append(b["lstm"])
                    weights.append(w[f"lstm.lateral{j}.lstm.weight"])
            cell = torch.nn.LSTMCell(sum(x.shape[1] for x in inputs), arch["lstm"]).double()
            bias = w["lstm.bias"]
            cell.load_state_dict({"weight_ih": torch.cat(weights, 1), "weight_hh": w["lstm.weight_hh"], "bias_ih": bias, "bias_hh": 0 * bias})
            h, c = cell(torch.cat(inputs, 1), states[k - 1])
            states[k - 1] = h, c
            g["hidden"] = g["lstm"] = h
        given.append(g)
    y = w["output.bias"] + linear(g["hidden"], w["output.weight"])
    for j, b in below.items():
        y = y + linear(b["hidden"], w[f"output.lateral{j}.weight"])
    return y


checkpoint, episode, outputs = sys.argv[1:]
tensors, metadata = load(checkpoint)
archs = json.loads(metadata["architecture"])["columns"]
scalings = json.loads(metadata["input_scaling"])
played = json.loads(pathlib.Path(episode).read_text())
batch = len(played["steps"][0]["first"])
states = [(torch.zeros(batch, a["lstm"], dtype=torch.float64),) * 2 for a in archs]
seen = []
with torch.no_grad():
    for s in played["steps"]:
        keep = 1 - torch.tensor(s["first"], dtype=torch.float64).unsqueeze(1)
        states = [(h * keep, c * keep) for h, c in states]
        pixels = torch.frombuffer(bytearray(base64.b64decode(s["pixels"])), dtype=torch.uint8)
        pixels = pixels.reshape(batch, *played["pixels"]).permute(0, 3, 1, 2).double()
        proprioception = torch.tensor(s["proprioception"], dtype=torch.float64).reshape(batch, -1)
        seen.append(step(tensors, archs, scalings, pixels, proprioception, states).flatten().tolist())
pathlib.Path(outputs).write_text(json.dumps(seen))
