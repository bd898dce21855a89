#!/usr/bin/python3
"""How fast does the climate emulator train?

Question  training samples a second (forward, mean squared error, backward, AdamW) on one core, 48 x 72 pixels, windows of
          12 months, batches of 32, init_dim 8 and 32 (the paper's 352,878,672 parameters), float32 and, where the processor
          has instructions for it, bfloat16. A second of processor time, so that other work on the machine counts little; of
          --threads 2 or more, one that passes. And how fast the input matrix of the recurrent layer is, as a share of the
          processor's rate at a square product of matrices. --only 8: of these init_dims, that alone.
Baseline  the same network, loss and optimiser in PyTorch eager, in its default layout and channels-last, in turn with
          ours; bfloat16 by autocast. All must have the same number of parameters, and keep freed memory, as
          stormsweep-worker does.
Command   cmake --build --preset release --target benchmark_emulator_training && /usr/bin/python3 experiments/benchmarks/emulator_training.py
Spread    the median of --repeats runs, each of which reports its best step after the first, with the least and the
          greatest beside it; the ratio is that of the medians.
Target    1.2 times the better of PyTorch's two layouts.
"""

import sys

import common

STEPS = "3"


def network_of(init_dim):
    """As models/emulator_network.hpp says it."""
    import torch
    from torch import nn

    class Norm(nn.LayerNorm):  # autocast leaves it alone, and its own weights are float32

        def forward(self, x):
            return super().forward(x.float())

    class Branch(nn.Module):
        def __init__(self):
            super().__init__()
            d, layers = init_dim, []
            for inputs, outputs, stride in (6, d, 1), (d, 2 * d, 1), (2 * d, 2 * d, 2), (2 * d, 4 * d, 1):
                layers += nn.Conv2d(inputs, outputs, 3, stride, 1), nn.BatchNorm2d(outputs), nn.ReLU()
            self.convolutions = nn.Sequential(*layers)
            self.excite = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(4 * d, d // 4, 1), nn.ReLU(),
                                        nn.Conv2d(d // 4, 4 * d, 1), nn.Sigmoid())
            self.gru = nn.GRU(4 * d * 24 * 36, 512, 2, batch_first=True, dropout=0.2)
            self.norm = Norm(512)
            self.head = nn.Sequential(nn.Linear(512, 1024), Norm(1024), nn.ReLU(), nn.Dropout(0.2),
                                      nn.Linear(1024, 48 * 72))

        def forward(self, x):
            months = self.convolutions(x.flatten(0, 1))
            months = (months * self.excite(months)).flatten(1).unflatten(0, x.shape[:2])
            return self.head(self.norm(self.gru(months)[0])[:, -1]).unflatten(1, (48, 72))

    class Emulator(nn.Module):
        def __init__(self):
            super().__init__()
            self.branches = nn.ModuleList(Branch() for _ in range(2))

        def forward(self, x):
            return torch.stack([branch(x) for branch in self.branches], 1)

    return Emulator()


def eager(layout, init_dim, kind, batch, threads, steps):
    """Run in a process of its own: prints what benchmark_emulator_training prints, but for the share."""
    import torch
    from torch.nn.functional import mse_loss

    torch.set_num_threads(int(threads))
    now = common.clock(threads)
    layout, batch = getattr(torch, layout), int(batch)
    network = network_of(int(init_dim)).to(memory_format=layout)
    precision = torch.autocast("cpu", dtype=torch.bfloat16, enabled=kind == "bfloat16")
    optimizer = torch.optim.AdamW(network.parameters(), 1e-4)
    inputs = torch.randn(batch * 12, 6, 48, 72).to(memory_format=layout).unflatten(0, (batch, 12))
    truth = torch.randn(batch, 2, 48, 72)
    seconds = []
    for _ in range(int(steps)):
        begin = now()
        optimizer.zero_grad()
        with precision:
            outputs = network(inputs)
        mse_loss(outputs.float(), truth).backward()
        optimizer.step()
        seconds.append((now() - begin) / batch)
    print(min(seconds[1:]), sum(parameter.numel() for parameter in network.parameters()))


def init_dims(options):
    return [options.only] if options.only else ["8", "32"]


def measure(options, table):
    """All rows, into a common.Training."""
    for kind in ["float32"] + ["bfloat16"] * common.has_bfloat16():
        for init_dim in init_dims(options):
            table.measure(options, f"emulator, init_dim {init_dim}, {kind}", "benchmark_emulator_training", __file__,
                          [init_dim, kind, str(options.batch), str(options.threads), STEPS])


def main():
    options = common.arguments(__doc__.splitlines()[0], repeats=3, threads=1, batch=32, only="")
    common.need({"torch": "python3-torch"})
    measure(options, common.Training())
    for init_dim in init_dims(options):
        words = [options.bin / "benchmark_emulator_training", init_dim, "float32", str(options.batch), "1", STEPS]
        share = common.check(words).split()[2]
        print(f"init_dim {init_dim}: the input matrix's product runs at {share} of a square one's rate", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["eager"]:
        eager(*sys.argv[2:])
    else:
        main()
