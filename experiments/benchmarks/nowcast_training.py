#!/usr/bin/python3
"""How fast do the nowcasting networks train, and forecast a large image?

Question  training samples a second of processor time (forward, loss, backward, Adam) on one core, 256 x 256 patches, batch
          of 4, 64 base filters (the paper's network), 16 and 8; the U-Net with 16 and 8; float32 and, where the processor
          has instructions for it, bfloat16. Processor time, so that other work on the machine counts little; of --threads 2
          or more, the time that passes. And forecasts of 1000 x 1000 pixels a second on all cores, by the paper's network.
          --only unet, or samsi: of the training, that alone.
Baseline  the same network, loss and optimiser in PyTorch eager, in its default layout and channels-last, in turn with ours.
          Of the U-Net it computes the middle 140 x 140 pixels, which are all that the loss depends on, as ours does. All
          keep freed memory, as stormsweep-worker does.
Command   cmake --build --preset release --target benchmark_nowcast_training && /usr/bin/python3 experiments/benchmarks/nowcast_training.py
Spread    the median of --repeats runs, each of which reports its best of 3 steps after the first, with the least and the
          greatest beside it; the ratio is that of the medians.
Target    1.2 times the better of PyTorch's two layouts.
"""

import os
import sys
import time

import common

BATCH = "4"
STEPS = "4"


def samsi(base_filters):
    """As models/nowcast_cnn.hpp says it: upsample, concatenate, convolve, crop."""
    import torch
    from torch import nn
    from torch.nn.functional import interpolate

    class Nowcast(nn.Module):
        def __init__(self):
            super().__init__()
            f = base_filters
            layers = lambda kernel, stride, *sizes: nn.ModuleList(nn.Conv2d(i, o, kernel, stride) for i, o in sizes)
            self.encoder = layers(7, 2, (7, f), (f, 2 * f), (2 * f, 4 * f), (4 * f, 8 * f))
            self.decoder = layers(7, 1, *((size, 2 * f) for size in (12 * f, 4 * f, 3 * f + 6, 2 * f + 6)))
            self.heads = layers(5, 1, (2 * f, 6), (2 * f + 6, 6), (2 * f + 6, 6))
            first, second = max(6, -(-3 * f // 4)), max(6, -(-3 * f // 8))
            self.last = layers(7, 1, (2 * f + 6, first), (first, second), (second, 6))

        def forward(self, x):
            encoded, results = [], []
            for layer in self.encoder:
                x = torch.relu(layer(x))
                encoded.append(x)
            for i, layer in enumerate(self.decoder):
                x = interpolate(x, scale_factor=2)
                if i < 3:
                    offset, height, width = (2, 14, 38)[i], x.shape[2], x.shape[3]
                    x = torch.cat([x, encoded[2 - i][:, :, offset:offset + height, offset:offset + width]], 1)
                x = torch.relu(layer(x))
                if i > 0:
                    x = torch.cat([x[:, :, 1:-1, 1:-1], interpolate(results[-1], scale_factor=2)], 1)
                if i < 3:
                    results.append(self.heads[i](x))
            for layer in self.last[:2]:
                x = torch.relu(layer(x))
            return results + [self.last[2](x)]

    return Nowcast()


def unet(base_filters):
    """As models/nowcast_unet.hpp says it: each lead time by itself, which is a channel beside the past frames."""
    import torch
    from torch import nn
    from torch.nn.functional import avg_pool2d, interpolate, relu

    class Nowcast(nn.Module):
        def __init__(self):
            super().__init__()
            widths = [base_filters << i for i in range(4)]
            block = lambda into, out: nn.ModuleList([nn.Conv2d(into, out, 3), nn.Conv2d(out, out, 3)])
            self.encoder = nn.ModuleList(map(block, [8] + widths[:3], widths))
            self.decoder = nn.ModuleList(block(3 * width, width) for width in widths[2::-1])
            self.head = nn.Conv2d(base_filters, 1, 1)

        def forward(self, x):
            x = centre(x, 140)
            ahead = torch.arange(1, 7).div(6).view(1, 6, 1, 1, 1).expand(len(x), 6, 1, 140, 140)
            x = torch.cat([x.unsqueeze(1).expand(-1, 6, -1, -1, -1), ahead], 2).flatten(0, 1)
            encoded = []
            for i, (first, second) in enumerate(self.encoder):
                x = relu(second(relu(first(x if i == 0 else avg_pool2d(x, 2)))))
                encoded.append(x)
            for i, (first, second) in enumerate(self.decoder):
                x = interpolate(x, scale_factor=2)
                offset, height, width = (4, 16, 40)[i], x.shape[2], x.shape[3]
                skip = encoded[2 - i][:, :, offset:offset + height, offset:offset + width]
                x = relu(second(relu(first(torch.cat([x, skip], 1)))))
            x = self.head(x)
            return [x.view(-1, 6, *x.shape[2:])]

    return Nowcast()


def centre(images, side):
    margin = (images.shape[2] - side) // 2
    return images[:, :, margin:margin + side, margin:margin + side]


def eager(layout, network, what, base_filters, kind, threads, steps):
    """Run in a process of its own: prints what benchmark_nowcast_training prints."""
    import torch
    from torch.nn.functional import avg_pool2d, mse_loss

    torch.set_num_threads(int(threads))
    now = common.clock(threads)
    layout, kind = getattr(torch, layout), getattr(torch, kind)
    network = {"samsi": samsi, "unet": unet}[network](int(base_filters)).to(memory_format=layout)
    precision = torch.autocast("cpu", dtype=torch.bfloat16, enabled=kind == torch.bfloat16)
    if what == "forecast":
        image = torch.randn(1, 7, 1000, 1000).to(memory_format=layout)
        begin = time.perf_counter()
        with torch.no_grad():
            network(image)
        return print(time.perf_counter() - begin)
    optimizer = torch.optim.Adam(network.parameters(), 2e-4)
    inputs, truth = torch.randn(int(what), 7, 256, 256).to(memory_format=layout), torch.randn(int(what), 6, 256, 256)
    seconds = []
    for _ in range(int(steps)):
        begin = now()
        optimizer.zero_grad()
        with precision:
            outputs = network(inputs)
        target = centre(truth, 48)
        sum(mse_loss(centre(output.float(), side), avg_pool2d(target, 48 // side))
            for output, side in zip(outputs, (6, 12, 24, 48)[-len(outputs):])).backward()
        optimizer.step()
        seconds.append((now() - begin) / len(inputs))
    print(min(seconds[1:]))


def measure(options, table):
    """All rows, into a common.Training."""
    def compare(network, filters, kind):
        table.measure(options, f"{'U-Net' if network == 'unet' else 'Samsi'}, {filters} filters, {kind}",
                      "benchmark_nowcast_training", __file__, [network, BATCH, filters, kind, str(options.threads), STEPS])

    for network, widths in ("samsi", ["64", "16", "8"]), ("unet", ["16", "8"]):
        for filters in widths if options.only in ("", network) else []:
            for kind in ["float32"] + ["bfloat16"] * common.has_bfloat16():
                compare(network, filters, kind)


def main():
    options = common.arguments(__doc__.splitlines()[0], repeats=3, threads=1, only="")
    common.need({"torch": "python3-torch"})
    measure(options, common.Training())
    if options.only:
        return
    options.threads = len(os.sched_getaffinity(0))
    common.Training().measure(options, f"forecasts a second, 1000 x 1000, {options.threads} threads", "benchmark_nowcast_training",
                              __file__, ["samsi", "forecast", "64", "float32", str(options.threads), "1"])


if __name__ == "__main__":
    if sys.argv[1:2] == ["eager"]:
        eager(*sys.argv[2:])
    else:
        main()
