"""Computes in PyTorch what network.safetensors gives for observations.json, and writes expected.json.

    go test ./nn -run TestPyTorch -update     # writes network.safetensors and observations.json
    python3 nn/testdata/pytorch/expect.py     # writes expected.json; needs PyTorch (made with 1.13.1 of Debian 12)

It is also an example of how to use a checkpoint outside: the tensors go into torch.nn modules as they are. The file is
read by hand because the format is that simple; safetensors.torch.load_file does the same.
"""
import json
import pathlib

import torch

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


tensors, metadata = load(here / "network.safetensors")
(arch,) = json.loads(metadata["architecture"])["columns"]
(scaling,) = json.loads(metadata["input_scaling"])
seen = json.loads((here / "observations.json").read_text())

height, width, channels = arch["pixels"]
conv1 = torch.nn.Conv2d(channels, arch["conv1"], 8, 4)
conv2 = torch.nn.Conv2d(arch["conv1"], arch["conv2"], 5, 2)
maps = conv2(conv1(torch.zeros(1, channels, height, width)))
fc = torch.nn.Linear(maps.numel(), arch["fc"])
encoder = torch.nn.Linear(arch["proprioception"], arch["encoder"])
lstm = torch.nn.LSTMCell(arch["fc"] + arch["encoder"], arch["lstm"])
output = torch.nn.Linear(arch["lstm"], sum(arch["choices"]) + 1)

places = {
    "column1.conv1.weight": conv1.weight, "column1.conv1.bias": conv1.bias,
    "column1.conv2.weight": conv2.weight, "column1.conv2.bias": conv2.bias,
    "column1.fc.weight": fc.weight, "column1.fc.bias": fc.bias,
    "column1.encoder.weight": encoder.weight, "column1.encoder.bias": encoder.bias,
    "column1.lstm.weight_ih": lstm.weight_ih, "column1.lstm.weight_hh": lstm.weight_hh, "column1.lstm.bias": lstm.bias_ih,
    "column1.output.weight": output.weight, "column1.output.bias": output.bias,
}
assert set(places) == set(tensors)
with torch.no_grad():
    lstm.bias_hh.zero_()
    for name, place in places.items():
        assert place.shape == tensors[name].shape, name
        place.copy_(tensors[name])

mean, scale = (torch.tensor(scaling[k]).reshape(1, -1, 1, 1) for k in ("mean", "scale"))
h, c = torch.tensor(seen["h"]), torch.tensor(seen["c"])
outputs, loss = [], 0
for step in seen["steps"]:
    keep = 1 - torch.tensor(step["first"], dtype=torch.float64).unsqueeze(1)
    pixels = torch.tensor(step["pixels"]).reshape(-1, height, width, channels).permute(0, 3, 1, 2)
    x = torch.relu(conv1((pixels - mean) / scale))
    x = torch.relu(conv2(x)).flatten(1)
    x = torch.cat([torch.relu(fc(x)), torch.relu(encoder(torch.tensor(step["proprioception"])))], 1)
    h, c = lstm(x, (h * keep, c * keep))
    y = output(h)
    outputs.append(y.tolist())
    loss = loss + (y * torch.tensor(step["loss_by_output"])).sum()
loss.backward()

gradients = {name: place.grad.flatten().tolist() for name, place in places.items()}
text = json.dumps({"pytorch": torch.__version__, "outputs": outputs, "gradients": gradients}, indent=None)
(here / "expected.json").write_text(text + "\n")
