#!/usr/bin/python3
"""What does a sum of gradients over ranks cost, within a machine and between machines?

Question  milliseconds of one sum, of the slowest rank: of 17.4 million numbers (the nowcast network's), of a million, and of
          a thousand; over 2 and 4 ranks of this machine, and over 2 hosts x 2 ranks and 4 hosts x 2 ranks, namespaces of this
          machine, that each send 1,000 megabits a second, and 100 (the smaller sums). `flat`: ours, as if each rank had a
          node for itself.
Baseline  MPI_Allreduce as Open MPI chooses, and its ring; Gloo in torch.distributed. In turn with ours.
Command   cmake --build --preset release --target benchmark_sums && /usr/bin/python3 experiments/benchmarks/sums.py
          as root; --only machine leaves out the hosts. The bandwidth of memory, which bounds a sum within a machine, is
          measured by a copy. --machine FILE writes what `stormsweep compare --scaling --machine` reads: the latency
          and bandwidth that explain the times of our sums over 2 ranks, and over 2 hosts x 2 ranks.
Spread    the median of --repeats runs, each of which reports its median of some sums.
"""

import json
import os
import pathlib
import shlex
import sys
import time

import common

SIZES = [17_400_000, 1_000_000, 1_000]
RING = ["--mca", "coll_tuned_use_dynamic_rules", "1", "--mca", "coll_tuned_allreduce_algorithm", "4"]
WAYS = {"stormsweep": ([], "stormsweep"), "flat": ([], "flat"), "MPI_Allreduce": ([], "mpi"), "its ring": (RING, "mpi")}


def peer(numbers, repeats, address):
    """One of the ranks that mpirun has started; the first prints what benchmark_sums prints."""
    import torch
    import torch.distributed as dist

    rank = os.environ["OMPI_COMM_WORLD_RANK"]
    os.environ.update(RANK=rank, WORLD_SIZE=os.environ["OMPI_COMM_WORLD_SIZE"], MASTER_ADDR=address, MASTER_PORT="29517")
    torch.set_num_threads(1)
    dist.init_process_group("gloo")
    values, times = torch.zeros(numbers), []
    for _ in range(repeats + 2):
        dist.barrier()
        begin = time.perf_counter()
        dist.all_reduce(values)
        slowest = torch.tensor(time.perf_counter() - begin)
        dist.all_reduce(slowest, dist.ReduceOp.MAX)
        times.append(1000 * slowest.item())
    if rank == "0":
        print(sorted(times[2:])[repeats // 2], 0)


def run(command, before, where, ranks):
    words = ["mpirun", *where, "--oversubscribe", "--bind-to", "none", "-n", str(ranks), *map(str, command)]
    line = f"{before} && export OMPI_MCA_mpi_yield_when_idle=1 && exec {shlex.join(words)}"
    milliseconds, nodes = common.check(["bash", "-c", line]).split()
    return float(milliseconds), int(nodes)


def measure(options, count, each, megabits):
    """Prints a line for each size, and returns milliseconds of ours by size."""
    ours = {}
    ranks = count * each
    title = f"{ranks} ranks of a machine" if count == 1 else f"{count} hosts x {each}, {megabits} Mbit/s"
    with common.hosts(count, each, megabits) as (before, where, address):
        for numbers in SIZES if megabits != 100 else SIZES[1:]:
            sums = 3 if count > 1 and numbers > 1_000_000 else 20
            times = {name: [] for name in [*WAYS, "Gloo"]}
            for _ in range(options.repeats):
                for name, (told, way) in WAYS.items():
                    milliseconds, nodes = run([options.bin / "benchmark_sums", numbers, sums, way], before, (*where, *told), ranks)
                    times[name].append(milliseconds)
                    if way == "stormsweep" and nodes != count:
                        sys.exit(f"the ranks are on {nodes} nodes, not on {count}")
                peer_words = ["/usr/bin/python3", __file__, "peer", numbers, sums, address]
                times["Gloo"].append(run(peer_words, before, where, ranks)[0])
            ours[numbers] = common.spread(times["stormsweep"])[0]
            print(f"{title:30}{numbers:12,}" + "".join(f"{common.spread(values)[0]:15.2f}" for values in times.values()), flush=True)
    return ours


def machine(within, between):
    """A machine of two ranks a host, by milliseconds of sums over 2 ranks, and over 2 hosts x 2 ranks: of two halves of the
    numbers each way, and of few numbers in one step within hosts and one between them."""
    def wire(latency, seconds, how):
        measured = {"latency": latency, "bandwidth": 4 * SIZES[0] / seconds}
        return {name: {"value": float(f"{value:.3g}"), "source": how} for name, value in measured.items()}

    few, many = ([ours[numbers] / 1000 for ours in (within, between)] for numbers in (SIZES[-1], SIZES[0]))
    return {
        "name": os.uname().nodename,
        "ranks_per_host": {"value": 2, "source": "as measured"},
        "flops": {},
        "in_host": wire(few[0], many[0], "sums.py, 2 ranks of this machine"),
        "between_hosts": wire(max(few[1] - few[0], 1e-9), many[1] - many[0], "sums.py, 2 hosts x 2 ranks, 1,000 Mbit/s"),
    }


def memory_bound(ranks):
    """Milliseconds of moving what a sum of the largest buffer over `ranks` must move at least, through one memory: each
    rank reads and writes the numbers of all once, and reads the sums and writes them."""
    import torch

    torch.set_num_threads(2)
    source, target = torch.ones(SIZES[0]), torch.zeros(SIZES[0])
    times = []
    for _ in range(20):
        begin = time.perf_counter()
        target.copy_(source)
        times.append(time.perf_counter() - begin)
    return 1000 * sorted(times)[10] * 2 * ranks


def main():
    options = common.arguments(__doc__.splitlines()[0], repeats=3, only="", machine="")
    if options.machine and options.only:
        sys.exit("--machine wants sums between hosts, too; leave out --only")
    common.need({"torch": "python3-torch"})
    print(f"{'milliseconds of a sum':30}{'numbers':>12}" + "".join(f"{name:>15}" for name in [*WAYS, "Gloo"]))
    times = {}
    for ranks in 2, 4:
        times[1, ranks] = measure(options, 1, ranks, 0)
        print(f"{'':30}memory alone, copying: {memory_bound(ranks):.1f} ms for {SIZES[0]:,}", flush=True)
    for count in 2, 4:
        for megabits in (1000, 100) if options.only != "machine" else ():
            times[count, megabits] = measure(options, count, 2, megabits)
    if options.machine:
        pathlib.Path(options.machine).write_text(json.dumps(machine(times[1, 2], times[2, 1000]), indent=2) + "\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["peer"]:
        peer(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
    else:
        main()
