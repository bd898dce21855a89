#!/usr/bin/python3
"""What does it cost two ranks to train together?

Question  with a network of 17.4 million parameters (as many as the nowcast network of Samsi et al. 2019; dense layers here)
          on two ranks of one core each: seconds of one sum of the gradients, of a step alone, and of a step in a gang, in
          which sums go on beside the backward pass. `overhead`: a step in a gang less a step alone. Where it is less than
          the sum, sums were overlapped. Samples a step: --samples.
Baseline  PyTorch DistributedDataParallel with Gloo, same network, same input, in turn with ours.
Command   cmake --build --preset release --target benchmark_gang && /usr/bin/python3 experiments/benchmarks/gang.py
          With --megabits M (as root) the ranks are on two hosts, namespaces of this machine, that send so much a second;
          there a step costs the wire's time, and no longer the processor's, and overlap shows.
Spread    the median of --repeats runs, each of which reports its median of 20 steps, with the least and the greatest beside it.
"""

import os
import shlex
import sys
import time

import common

STEPS = "20"


def median_seconds(work):
    seconds = []
    for i in range(int(STEPS) + 2):
        begin = time.perf_counter()
        work()
        if i >= 2:
            seconds.append(time.perf_counter() - begin)
    return sorted(seconds)[len(seconds) // 2]


def peer():
    """One of two ranks that mpirun has started; the first prints the three numbers."""
    import torch
    import torch.distributed as dist
    from torch import nn

    rank = os.environ["OMPI_COMM_WORLD_RANK"]
    os.environ.update(RANK=rank, WORLD_SIZE="2", MASTER_ADDR=sys.argv[3], MASTER_PORT="29517")
    torch.set_num_threads(1)
    dist.init_process_group("gloo")
    torch.manual_seed(0)
    layers = []
    for _ in range(4):
        layers += [nn.Linear(2048, 2048), nn.ReLU()]
    network = nn.Sequential(*layers, nn.Linear(2048, 300))
    inputs = torch.randn(int(sys.argv[2]), 2048)

    def step_of(model):
        optimizer = torch.optim.SGD(model.parameters(), 1e-3)

        def step():
            optimizer.zero_grad()
            model(inputs).square().mean().backward()
            optimizer.step()

        return step

    sums = torch.zeros(17_400_000)
    numbers = [median_seconds(lambda: dist.all_reduce(sums)), median_seconds(step_of(network)),
               median_seconds(step_of(nn.parallel.DistributedDataParallel(network)))]
    if rank == "0":
        print(*numbers)


def run(command, before="true", where=()):
    words = ["mpirun", *where, "--oversubscribe", "--bind-to", "none", "-n", "2", *map(str, command)]
    line = f"{before} && exec {shlex.join(words)}"
    return [float(word) for word in common.check(["bash", "-c", line]).split()]


def main():
    options = common.arguments(__doc__.splitlines()[0], repeats=3, samples=32, megabits=0)
    common.need({"torch": "python3-torch"})
    ours, theirs = [], []
    with common.hosts(2 if options.megabits else 1, 1, options.megabits) as (before, where, address):
        for _ in range(options.repeats):
            ours.append(run([options.bin / "benchmark_gang", STEPS, options.samples], before, where))
            theirs.append(run(["/usr/bin/python3", __file__, "peer", options.samples, address], before, where))
    print(f"{'milliseconds':34}{'sum':>8}{'step alone':>12}{'in a gang':>11}{'overhead':>10}  overhead, least-greatest")
    for name, runs in [("stormsweep", ours), ("DistributedDataParallel, Gloo", theirs)]:
        total, alone, together = ([1000 * row[i] for row in runs] for i in range(3))
        overhead, between = common.spread([t - a for a, t in zip(alone, together)])
        middle = [common.spread(values)[0] for values in (total, alone, together)]
        print(f"{name:34}{middle[0]:8.1f}{middle[1]:12.1f}{middle[2]:11.1f}{overhead:10.1f}  {between}")


if __name__ == "__main__":
    peer() if sys.argv[1:2] == ["peer"] else main()
