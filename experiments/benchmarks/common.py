"""What the benchmarks share: where the programs are, packages, data, processes and tables."""

import argparse
import importlib.util
import json
import os
import pathlib
import sqlite3
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORE = str(max(os.sched_getaffinity(0)))  # the last one: the system's own work tends to sit on the first


def arguments(description, **defaults):
    """--bin, where the programs are, and one option, of its default's type, for each of `defaults`."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin")
    for name, value in defaults.items():
        parser.add_argument(f"--{name}", type=type(value), default=value, help=f"default {value}")
    options = parser.parse_args()
    options.bin = options.bin.resolve()
    if not (options.bin / "stormsweep").exists():
        sys.exit(f"{options.bin}/stormsweep is not there; build it (./quickstart), or name its folder with --bin")
    return options


def need(packages):
    """Ends here, with the line to be typed, where a Python module of {module: Debian package} is missing."""
    missing = [package for module, package in packages.items() if importlib.util.find_spec(module) is None]
    if missing:
        sys.exit(f"missing; please run\n  sudo apt-get install --no-install-recommends {' '.join(missing)}\n"
                 "and call this with /usr/bin/python3")


def write_space(path, name, parameters, **more):
    path.write_text(json.dumps({"name": name, "experiment": "noop", "parameters": parameters, **more}))


def generate_storms(options, folder):
    """`options.storms` storms in `folder`/storms, 70 % of them for training."""
    check([options.bin / "stormsweep", "generate", "tornado", "--storms", str(options.storms), "-o", folder / "storms"])


def write_tornado_space(path, parameters):
    """A space named t on the storms beside it."""
    data = {split: f"storms/{split}.h5" for split in ["train", "validation", "test"]}
    path.write_text(json.dumps({"name": "t", "experiment": "tornado", "data": data, "parameters": parameters}))


def query(database, sql):
    """All rows, after a look that every trial is complete."""
    with sqlite3.connect(database) as connection:
        assert not connection.execute("SELECT trial FROM results WHERE status <> 'complete'").fetchall()
        return connection.execute(sql).fetchall()


def environment():
    """As ours, but as root Open MPI is told that this is meant, and numerical libraries start no threads."""
    return {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMP_NUM_THREADS": "1"}


def check(command, **options):
    """Runs a command to its end and returns its standard output; ends here, with what it said, where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), **options)
    if done.returncode != 0:
        sys.exit(f"{command} returned {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def descendants(pid):
    """{pid: program} of all that `pid` has started, directly or not."""
    parents = {}
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            pass  # it has ended meanwhile
    found, wave = {}, {pid}
    while wave:
        wave = {child for child, parent in parents.items() if parent in wave}
        for child in wave:
            try:
                found[child] = os.path.basename(os.readlink(f"/proc/{child}/exe"))
            except OSError:
                pass
    return found


def spread(values, digits=None):
    """(median, "min-max")"""
    if digits is None:
        digits = 0 if min(values) >= 1000 else 1
    return statistics.median(values), f"{min(values):,.{digits}f}-{max(values):,.{digits}f}"
