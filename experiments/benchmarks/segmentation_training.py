#!/usr/bin/python3
"""How fast do the segmentation networks train?

Question  training samples a second (forward, loss, backward, Adam) of Tiramisu and DeepLabv3+ on one core, 192 x 288
          pixels, 2 samples at once (batch norm of DeepLabv3+ wants two), full width and a quarter, float32 and, where the
          processor has instructions for it, bfloat16. A second of processor time, so that other work on the machine counts
          little; of --threads 2 or more, one that passes.
Baseline  the same networks, loss and optimiser in PyTorch eager, in its default layout and channels-last, in turn with
          ours; bfloat16 by autocast. All must have the same number of parameters, and keep freed memory, as
          stormsweep-worker does.
Command   cmake --build --preset release --target benchmark_segmentation_training && /usr/bin/python3 experiments/benchmarks/segmentation_training.py
Spread    the median of --repeats runs, each of which reports its best step after the first, with the least and the
          greatest beside it; the ratio is that of the medians.
Target    1.2 times the better of PyTorch's two layouts.
"""

import sys

import common

BATCH, STEPS = "2", "3"


def tiramisu(width):
    """As models/tiramisu.hpp says it."""
    import torch
    from torch import nn

    growth = round(32 * width)

    def convolution(inputs, outputs, kernel, stride=1):
        return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2), nn.ReLU(), nn.Dropout(0.2))

    class Dense(nn.ModuleList):
        def __init__(self, inputs, count):
            super().__init__(convolution(inputs + i * growth, growth, 5) for i in range(count))

        def forward(self, x):
            for layer in self:
                x = torch.cat([x, layer(x)], 1)
            return x

    class Tiramisu(nn.Module):
        def __init__(self):
            super().__init__()
            size, skips = round(64 * width), []
            self.first = convolution(16, size, 5)
            self.dense_down, self.down, self.dense_up, self.up = (nn.ModuleList() for _ in range(4))
            for count in 2, 2, 2, 4, 5:
                self.dense_down.append(Dense(size, count))
                size += count * growth
                if count < 5:
                    skips.append(size)
                    self.down.append(convolution(size, size, 1, 2))
            new = 5 * growth
            for count in 4, 2, 2, 2:
                self.up.append(nn.ConvTranspose2d(new, new, 3, 2, 1, 1))
                size = new + skips.pop()
                self.dense_up.append(Dense(size, count))
                new = count * growth
            self.last = nn.Conv2d(size + new, 3, 1)

        def forward(self, x):
            x, skips = self.first(x), []
            for dense, down in zip(self.dense_down, self.down):
                skips.append(dense(x))
                x = down(skips[-1])
            before, x = x.shape[1], self.dense_down[-1](x)
            for up, dense in zip(self.up, self.dense_up):
                x = torch.cat([up(x[:, before:]), skips.pop()], 1)
                before, x = x.shape[1], dense(x)
            return self.last(x)

    return Tiramisu()


def deeplabv3plus(width):
    """As models/deeplab.hpp says it."""
    import torch
    from torch import nn
    from torch.nn.functional import interpolate

    channels = lambda count: round(count * width)

    def convolution(inputs, outputs, kernel, stride=1, dilation=1):
        return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2 * dilation, dilation, bias=False),
                             nn.BatchNorm2d(outputs), nn.ReLU())

    class Bottleneck(nn.Module):
        def __init__(self, inputs, middle, stride, dilation):
            super().__init__()
            outputs, middle = channels(4 * middle), channels(middle)
            self.norm = nn.Sequential(nn.BatchNorm2d(inputs), nn.ReLU())
            self.project = nn.Conv2d(inputs, outputs, 1, stride) if inputs != outputs else None
            self.reduce = convolution(inputs, middle, 1)
            self.middle = convolution(middle, middle, 3, stride, dilation)
            self.expand = nn.Conv2d(middle, outputs, 1)
            self.stride = stride

        def forward(self, x):
            active = self.norm(x)
            x = self.project(active) if self.project else x[:, :, ::self.stride, ::self.stride]
            reduced = self.reduce(active)
            return self.expand(self.middle(reduced)) + x, reduced

    class Deeplab(nn.Module):
        def __init__(self):
            super().__init__()
            size, w = channels(64), channels(256)
            self.root = nn.Sequential(nn.Conv2d(16, size, 7, 2, 3), nn.MaxPool2d(3, 2, ceil_mode=True))
            self.blocks = nn.ModuleList()
            for middle, units, dilation in (64, 3, 1), (128, 4, 1), (256, 6, 2), (512, 3, 4):
                for i in range(units):
                    stride = 2 if middle == 64 and i == 2 else 1
                    self.blocks.append(Bottleneck(size, middle, stride, dilation))
                    size = channels(4 * middle)
            self.unused = nn.BatchNorm2d(size)
            self.rates = nn.ModuleList(convolution(size, w, 3 if rate > 1 else 1, 1, rate) for rate in (1, 12, 24, 36))
            self.mean, self.fuse = convolution(size, w, 1), convolution(5 * w, w, 1)
            self.low = convolution(channels(64), channels(48), 1)
            self.up = nn.ModuleList(nn.ConvTranspose2d(w, w, 3, 2, 1, 1) for _ in range(3))
            self.coarse = nn.Sequential(convolution(w + channels(48), w, 3), convolution(w, w, 3))
            self.skip = nn.Sequential(nn.Conv2d(16, channels(64), 3, 1, 1), nn.Conv2d(channels(64), channels(128), 3, 1, 1))
            self.fine = nn.Sequential(nn.Conv2d(w + channels(128), w, 3, 1, 1), nn.Conv2d(w, w, 3, 1, 1), nn.Conv2d(w, 3, 1))

        def forward(self, image):
            x = self.root(image)
            for i, block in enumerate(self.blocks):
                x, reduced = block(x)
                if i == 2:
                    low = reduced
            parts = [rate(x) for rate in self.rates]
            mean = self.mean(x.mean((2, 3), keepdim=True))
            x = self.fuse(torch.cat(parts + [interpolate(mean, parts[0].shape[2:], mode="bilinear")], 1))
            x = self.coarse(torch.cat([self.up[0](x), self.low(low)], 1))
            x = self.up[2](self.up[1](x))
            return self.fine(torch.cat([x, self.skip(image)], 1))

    return Deeplab()


def eager(layout, name, width, kind, batch, height, columns, threads, steps):
    """Run in a process of its own: prints what benchmark_segmentation_training prints."""
    import torch
    from torch.nn.functional import cross_entropy

    torch.set_num_threads(int(threads))
    now = common.clock(threads)
    layout, batch, sides = getattr(torch, layout), int(batch), (int(height), int(columns))
    network = {"tiramisu": tiramisu, "deeplabv3plus": deeplabv3plus}[name](float(width)).to(memory_format=layout)
    precision = torch.autocast("cpu", dtype=torch.bfloat16, enabled=kind == "bfloat16")
    optimizer = torch.optim.Adam(network.parameters(), 1e-4)
    inputs = torch.rand(batch, 16, *sides).to(memory_format=layout)
    labels = torch.randint(3, (batch, *sides))
    weights = torch.tensor([0.021839, 0.812181, 0.165981])
    seconds = []
    for _ in range(int(steps)):
        begin = now()
        optimizer.zero_grad()
        with precision:
            outputs = network(inputs)
        (cross_entropy(outputs.float(), labels, weights, reduction="none")).mean().backward()
        optimizer.step()
        seconds.append((now() - begin) / batch)
    print(min(seconds[1:]), sum(parameter.numel() for parameter in network.parameters()))


def measure(options, table):
    """All rows, into a common.Training."""
    for network in "tiramisu", "deeplabv3plus":
        for kind in ["float32"] + ["bfloat16"] * common.has_bfloat16():
            for width in "1", "0.25":
                table.measure(options, f"{network}, width {width}, {kind}", "benchmark_segmentation_training", __file__,
                              [network, width, kind, BATCH, str(options.height), str(options.width), str(options.threads), STEPS])


def main():
    options = common.arguments(__doc__.splitlines()[0], repeats=3, threads=1, height=192, width=288)
    common.need({"torch": "python3-torch"})
    measure(options, common.Training())


if __name__ == "__main__":
    if sys.argv[1:2] == ["eager"]:
        eager(*sys.argv[2:])
    else:
        main()
