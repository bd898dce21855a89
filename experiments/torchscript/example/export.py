#!/usr/bin/env python3
"""Writes networks and data that stormsweep trains without Python: put your own in their place.

Needs h5py, and PyTorch of the version of stormsweep's LibTorch or an older one (stormsweep-worker --version shows it).
"""

import pathlib
from typing import List

import h5py
import torch
from torch import nn


class Nowcast(nn.Module):
    """The next image from the last two: [n, 2, height, width] to [n, 1, height, width]."""

    def __init__(self, channels: int):
        super().__init__()
        self.dropout = 0.0  # a search may set it, because hyperparameters() names it
        self.first = nn.Conv2d(2, channels, 5, padding=2)
        self.second = nn.Conv2d(channels, channels, 5, padding=2)
        self.last = nn.Conv2d(channels, 1, 5, padding=2)

    def forward(self, images):
        hidden = torch.relu(self.first(images))
        hidden = nn.functional.dropout2d(torch.relu(self.second(hidden)), self.dropout, self.training)
        return self.last(hidden)

    @torch.jit.export
    def hyperparameters(self) -> List[str]:
        return ["dropout"]

    @torch.jit.export
    def reset_parameters(self):  # draws initial weights; without it, every training begins with those in the file
        for layer in (self.first, self.second, self.last):
            bound = 1 / (layer.weight.size(1) * 25) ** 0.5
            layer.weight.uniform_(-bound, bound)
            bias = layer.bias
            if bias is not None:  # TorchScript insists on this check
                bias.uniform_(-bound, bound)


def rain(samples: int, side: int = 24):
    """Round showers that move by up to two pixels an image: the images at three moments."""
    place, motion = torch.rand(samples, 4, 2) * side, (torch.rand(samples, 1, 2) - 0.5) * 4
    axis = torch.arange(side)
    images = []
    for moment in range(3):
        away = (axis - (place + moment * motion)[..., None] + side / 2) % side - side / 2  # [samples, showers, 2, side]
        images.append(torch.exp(-(away[:, :, 0, :, None] ** 2 + away[:, :, 1, None, :] ** 2) / 8).sum(1))
    return torch.stack(images, 1)


torch.manual_seed(0)
here = pathlib.Path(__file__).parent
for name, channels in {"small.pt": 4, "large.pt": 16}.items():
    torch.jit.script(Nowcast(channels)).save(str(here / name))
for name, samples in {"train": 2000, "validation": 500, "test": 500}.items():
    images = rain(samples)
    with h5py.File(here / f"{name}.h5", "w") as file:
        file["input"] = images[:, :2].numpy()
        file["target"] = images[:, 2:].numpy()
