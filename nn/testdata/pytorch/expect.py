"""Computes in PyTorch what NAME.safetensors gives for NAME.observations.json, and writes NAME.expected.json, for a network
of one column and for a progressive network of two.

    go test ./nn -run TestPyTorch -update     # writes the networks and the observations
    python3 nn/testdata/pytorch/expect.py     # writes what is expected; needs PyTorch (made with 1.13.1 of Debian 12)

It is also an example of how to use a checkpoint outside: the tensors go into torch.nn modules as they are, under their
names. The file is read by hand because the format is that simple; safetensors.torch.load_file does the same.
"""
import json
import pathlib

import torch
from torch import relu

here = pathlib.Path(__file__).parent
torch.set_default_dtype(torch.float64)


def load(path):
    raw = path.read_bytes()
    end = 8 + int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:end])
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, t in header.items():
        begin, stop = t["data_offsets"]
        values = torch.frombuffer(bytearray(raw[end + begin : end + stop]), dtype=torch.float32)
        tensors[name] = values.reshape(t["shape"]).double()
    return tensors, metadata


def weight(inputs, outputs):
    return torch.nn.Linear(inputs, outputs, bias=False)


class Column(torch.nn.Module):
    """A column that sees pixels and proprioception and has an LSTM. `below` are the earlier columns that it leans on, by
    number; calling it needs what they gave."""

    def __init__(self, arch, scaling, below):
        super().__init__()
        self.sources = below
        height, width, channels = arch["pixels"]
        self.mean, self.scale = (torch.tensor(scaling[k]).reshape(1, -1, 1, 1) for k in ("mean", "scale"))
        self.conv1 = torch.nn.Conv2d(channels, arch["conv1"], 8, 4)
        self.conv2 = torch.nn.Conv2d(arch["conv1"], arch["conv2"], 5, 2)
        maps = self.conv2(self.conv1(torch.zeros(1, channels, height, width))).numel()
        self.fc = torch.nn.Linear(maps, arch["fc"])
        self.encoder = torch.nn.Linear(arch["proprioception"], arch["encoder"])
        cells, outputs = arch["lstm"], sum(arch["choices"]) + 1
        self.lstm = torch.nn.LSTMCell(arch["fc"] + arch["encoder"], cells)
        self.output = torch.nn.Linear(cells, outputs)
        for j, b in below.items():
            setattr(self.conv2, f"adapter{j}", torch.nn.Conv2d(b["conv1"], arch["conv1"], 1))
            setattr(self.conv2, f"lateral{j}", torch.nn.Conv2d(arch["conv1"], arch["conv2"], 5, 2, bias=False))
            setattr(self.fc, f"adapter{j}", torch.nn.Conv2d(b["conv2"], arch["conv2"], 1))
            setattr(self.fc, f"lateral{j}", weight(maps, arch["fc"]))
            gates = torch.nn.Module()
            gates.fc, gates.lstm = weight(b["fc"] + b["encoder"], 4 * cells), weight(b["lstm"], 4 * cells)
            setattr(self.lstm, f"lateral{j}", gates)
            setattr(self.output, f"lateral{j}", weight(b["lstm"], outputs))

    def load(self, tensors):
        """Takes the parameters by their names; the checkpoint's one bias of the LSTM is PyTorch's bias_ih."""
        tensors = {("lstm.bias_ih" if name == "lstm.bias" else name): t for name, t in tensors.items()}
        tensors["lstm.bias_hh"] = torch.zeros_like(tensors["lstm.bias_ih"])
        self.load_state_dict(tensors, strict=True)

    def forward(self, pixels, proprioception, h, c, given):
        g = {"conv1": relu(self.conv1((pixels - self.mean) / self.scale))}
        x = self.conv2(g["conv1"])
        for j in self.sources:
            adapted = relu(getattr(self.conv2, f"adapter{j}")(given[j]["conv1"]))
            x = x + getattr(self.conv2, f"lateral{j}")(adapted)
        g["conv2"] = relu(x)
        x = self.fc(g["conv2"].flatten(1))
        for j in self.sources:
            adapted = relu(getattr(self.fc, f"adapter{j}")(given[j]["conv2"]))
            x = x + getattr(self.fc, f"lateral{j}")(adapted.flatten(1))
        g["fc"] = torch.cat([relu(x), relu(self.encoder(proprioception))], 1)
        if self.sources:
            # Laterals into the gates are further columns of weight_ih, with the earlier column's values as further inputs.
            weights, inputs = [self.lstm.weight_ih], [g["fc"]]
            for j in self.sources:
                gates = getattr(self.lstm, f"lateral{j}")
                weights += [gates.fc.weight, gates.lstm.weight]
                inputs += [given[j]["fc"], given[j]["lstm"]]
            g["lstm"], c = torch._VF.lstm_cell(
                torch.cat(inputs, 1), (h, c), torch.cat(weights, 1), self.lstm.weight_hh, self.lstm.bias_ih, self.lstm.bias_hh
            )
        else:
            g["lstm"], c = self.lstm(g["fc"], (h, c))
        y = self.output(g["lstm"])
        for j in self.sources:
            y = y + getattr(self.output, f"lateral{j}")(given[j]["lstm"])
        return y, g, c


def expect(name):
    tensors, metadata = load(here / f"{name}.safetensors")
    archs = json.loads(metadata["architecture"])["columns"]
    scalings = json.loads(metadata["input_scaling"])
    seen = json.loads((here / f"{name}.observations.json").read_text())
    columns = []
    for number, (arch, scaling) in enumerate(zip(archs, scalings), 1):
        column = Column(arch, scaling, {j: archs[j - 1] for j in arch.get("laterals_from", [])})
        prefix = f"column{number}."
        column.load({k.removeprefix(prefix): tensors.pop(k) for k in list(tensors) if k.startswith(prefix)})
        column.requires_grad_(number == len(archs))
        columns.append(column)
    assert not tensors

    height, width, channels = archs[-1]["pixels"]
    states = [(torch.tensor(s["h"]), torch.tensor(s["c"])) for s in seen["states"]]
    outputs, loss = [], 0
    for step in seen["steps"]:
        keep = 1 - torch.tensor(step["first"], dtype=torch.float64).unsqueeze(1)
        pixels = torch.tensor(step["pixels"]).reshape(-1, height, width, channels).permute(0, 3, 1, 2)
        proprioception, given = torch.tensor(step["proprioception"]), {}
        for i, column in enumerate(columns):
            h, c = states[i]
            y, given[i + 1], c = column(pixels, proprioception, h * keep, c * keep, given)
            states[i] = given[i + 1]["lstm"], c
        outputs.append(y.tolist())
        loss = loss + (y * torch.tensor(step["loss_by_output"])).sum()
    loss.backward()

    gradients = {}
    for key, p in columns[-1].named_parameters():
        if key != "lstm.bias_hh":
            key = "lstm.bias" if key == "lstm.bias_ih" else key
            gradients[f"column{len(columns)}.{key}"] = p.grad.flatten().tolist()
    text = json.dumps({"pytorch": torch.__version__, "outputs": outputs, "gradients": gradients}, indent=None)
    (here / f"{name}.expected.json").write_text(text + "\n")


for name in ("one-column", "two-columns"):
    expect(name)
