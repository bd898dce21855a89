#!/usr/bin/python3
"""What load does staging take off the shared file system?

Question  four ranks, as four machines, each want a random draw of the same files on their own disk. Seconds until all have
          it, files opened and bytes read on the shared file system: staged (each file is read once and goes from rank to
          rank over MPI) against every rank copying for itself.
Baseline  every rank copies its own draw.
Command   cmake --build --preset release --target benchmark_staging && /usr/bin/python3 experiments/benchmarks/staging.py
          As root, on a kernel with the blkio controller of cgroup v1, the disk of --source is held to --megabytes a
          second for all ranks together, like a file system that many share, and the kernel counts what is read from it.
          Elsewhere there is neither limit nor count, and the times say little: the disk and the memory of one machine
          serve all.
Model     of a shared file system: its bandwidth, and no cache between machines (who copies for itself reads past the
          page cache, and files are dropped from it before each run). Ranks' own disks are --target, a folder in memory.
          Over a real network the exchange would cost its time; here it costs memory bandwidth.
Spread    --repeats runs, least-greatest in seconds.
"""

import contextlib
import os
import pathlib
import shutil
import tempfile

import common

CONTROLLER = pathlib.Path("/sys/fs/cgroup/blkio")


def make_files(folder, count, megabytes):
    folder.mkdir()
    for i in range(count):
        (folder / f"sample-{i:04}.h5").write_bytes(os.urandom(megabytes << 20))
    os.sync()


def forget(folder):
    """Drops the files from the page cache."""
    for path in folder.iterdir():
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


@contextlib.contextmanager
def slow_disk(folder, megabytes):
    """A control group whose reading from the disk of `folder` is limited and counted; None where there can be none."""
    group = CONTROLLER / f"stormsweep-{os.getpid()}"
    device = os.stat(folder).st_dev
    try:
        group.mkdir()
        limit = f"{os.major(device)}:{os.minor(device)} {megabytes * 1_000_000}"
        (group / "blkio.throttle.read_bps_device").write_text(limit)
    except OSError:
        yield None
        return
    try:
        yield group
    finally:
        group.rmdir()


def bytes_read(group):
    if group is None:
        return 0
    words = (group / "blkio.throttle.io_service_bytes").read_text().split()
    return sum(int(words[i + 1]) for i, word in enumerate(words) if word == "Read")


def run(options, group, source, target, how):
    """(seconds, files opened, bytes read from the disk)"""
    forget(source)
    before = bytes_read(group)
    join = f"echo $$ > {group}/tasks && " if group else ""
    program = options.bin / "benchmark_staging"
    line = (f"{join}exec mpirun --oversubscribe --bind-to none -n {options.ranks} "
            f"{program} {source} {target} {options.draws} {how}")
    seconds, opened = common.check(["sh", "-c", line]).split()
    shutil.rmtree(target)
    return float(seconds), int(opened), bytes_read(group) - before


def main():
    options = common.arguments(__doc__.splitlines()[0], repeats=3, ranks=4, files=64, draws=48, size=8, megabytes=200)
    with tempfile.TemporaryDirectory(dir=common.ROOT) as shared, tempfile.TemporaryDirectory(dir="/dev/shm") as local:
        source, target = pathlib.Path(shared) / "source", pathlib.Path(local) / "target"
        make_files(source, options.files, options.size)
        with slow_disk(source, options.megabytes) as group:
            print(f"{options.ranks} ranks draw {options.draws} of {options.files} files of {options.size} MiB each; "
                  + (f"the shared disk reads {options.megabytes} MB/s" if group else "the disk is not throttled"))
            print(f"{'':10}{'opened':>8}{'GB read':>10}{'seconds':>10}  least-greatest")
            results = {"staged": [], "naive": []}
            for _ in range(options.repeats):
                for how, runs in results.items():
                    runs.append(run(options, group, source, target, how))
        for how, runs in results.items():
            seconds, between = common.spread([row[0] for row in runs])
            read = f"{max(row[2] for row in runs) / 1e9:.2f}" if group else "-"
            print(f"{how:10}{runs[0][1]:8}{read:>10}{seconds:10.1f}  {between}")


if __name__ == "__main__":
    main()
