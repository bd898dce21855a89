"""What the benchmarks share: where the programs are, packages, data, processes and tables."""

import argparse
import contextlib
import importlib.util
import json
import math
import os
import pathlib
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

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


# They hold libraries to some of the processor's instructions, and may be set for other programs than these.
LIMITS = ["ATEN_CPU_CAPABILITY", "DNNL_MAX_CPU_ISA", "ONEDNN_MAX_CPU_ISA", "OPENBLAS_CORETYPE"]


def processor():
    """(model and the LIMITS that are set, [instruction sets that matter here])"""
    words = dict(line.split(":", 1) for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if ":" in line)
    words = {name.strip(): text.strip() for name, text in words.items()}
    known = ["avx2", "avx512f", "avx512_bf16", "amx_bf16", "asimd", "sve"]
    has = words.get("flags", words.get("Features", "")).split()
    model = words.get("model name", "a processor that does not tell its name")
    limits = [f"{name}={os.environ[name]}" for name in LIMITS if os.environ.get(name)]
    return ", ".join([model, *limits]), [name for name in known if name in has]


def has_bfloat16():
    """Where LibTorch may use it."""
    return os.environ.get("ATEN_CPU_CAPABILITY") != "avx2" and bool({"avx512_bf16", "amx_bf16"} & set(processor()[1]))


def write_space(path, name, parameters, **more):
    path.write_text(json.dumps({"name": name, "experiment": "noop", "parameters": parameters, **more}))


def generate_storms(options, folder):
    """Generates `options.storms` storms in `folder`/storms, 70 % of them for training."""
    check([options.bin / "stormsweep", "generate", "tornado", "--storms", str(options.storms), "-o", folder / "storms"])


def write_tornado_space(path, parameters):
    """A space named t on the storms beside it."""
    data = {split: f"storms/{split}.h5" for split in ["train", "validation", "test"]}
    path.write_text(json.dumps({"name": "t", "experiment": "tornado", "data": data, "parameters": parameters}))


def query(database, sql):
    """All rows; checks that every trial is complete."""
    with sqlite3.connect(database) as connection:
        assert not connection.execute("SELECT trial FROM results WHERE status <> 'complete'").fetchall()
        return connection.execute(sql).fetchall()


def environment():
    """Our own, but Open MPI may run as root, and numerical libraries start no threads."""
    return {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMP_NUM_THREADS": "1"}


def check(command, more={}, **options):
    """Runs a command to its end, with `more` in its environment, and returns its standard output; ends here, with what it
    said, where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, env={**environment(), **more}, **options)
    if done.returncode != 0:
        sys.exit(f"{command} returned {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


@contextlib.contextmanager
def hosts(count, each, megabits):
    """The shell line that puts mpirun's ranks on `count` hosts with `each` of them, namespaces of this machine that send so
    many megabits a second, what mpirun is told for it, and the first host's address. Of one host: this machine."""
    if count == 1:
        yield "true", (), "127.0.0.1"
        return
    script = ROOT / "tests/network/hosts"
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder) / "hosts"
        try:
            check([script, "start", folder, str(count)])
            check([script, "rate", folder, str(megabits)])
            network = re.search(r"btl_tcp_if_include=([0-9.]+)\.0/24", (folder / "environment").read_text())[1]
            where = ("--host", ",".join(f"h{i + 1}:{each}" for i in range(count)), "-x", "GLOO_SOCKET_IFNAME=eth0")
            yield f". {folder}/environment", where, f"{network}.1"
        finally:
            check([script, "stop", folder])


def processor_seconds(pid):
    """That a process has used so far, in user and system mode."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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


def significant(number):
    """With three figures that count."""
    return f"{number:,.{max(0, 2 - math.floor(math.log10(number)))}f}"


def spread(values, digits=None):
    """(median, "min-max")"""
    if digits is None:
        digits = 0 if min(values) >= 1000 else 1
    return statistics.median(values), f"{min(values):,.{digits}f}-{max(values):,.{digits}f}"


# glibc's malloc keeps freed memory, as stormsweep-worker tells it to: pages that go back to the system between two steps
# cost as much as a small network's step, and networks are to be compared here, not allocators.
KEEP_FREED_MEMORY = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(1 << 40)}
LAYOUTS = {"PyTorch eager": "contiguous_format", "channels-last": "channels_last"}


def pinned(threads):
    """What in front of a command keeps one thread on one core."""
    return ["taskset", "-c", CORE] if threads == 1 else []


def clock(threads):
    """As measure.hpp does: processor time of one thread, else the time that passes."""
    return time.process_time if int(threads) == 1 else time.perf_counter


class Training:
    """Rows of one table: samples a second of a network in stormsweep and in PyTorch eager, in both of its layouts."""

    HEADER = ["network", "stormsweep", *LAYOUTS, "faster than the better by"]

    def __init__(self):
        self.rows = []

    def add(self, title, rates):
        """`rates`: {stormsweep or a layout: [samples a second of each run]}"""
        medians = {name: statistics.median(values) for name, values in rates.items()}
        better = max(medians[name] for name in LAYOUTS)
        if not self.rows:
            print(f"{self.HEADER[0]:42}" + "".join(f"{name:>28}" for name in self.HEADER[1:]), flush=True)
        cells = (f"{significant(medians[name])} ({significant(min(values))}-{significant(max(values))})"
                 for name, values in rates.items())
        self.rows.append([title, *cells, f"{medians['stormsweep'] / better:.2f}"])
        print(f"{title:42}" + "".join(f"{cell:>28}" for cell in self.rows[-1][1:]), flush=True)

    def measure(self, options, title, program, script, words):
        """Programs that print seconds a sample and, it may be, the number of parameters, in turn."""
        def command(name):
            call = ["/usr/bin/python3", script, "eager", LAYOUTS[name]] if name in LAYOUTS else [options.bin / program]
            return [*pinned(options.threads), *call, *words]

        rates, parameters = {"stormsweep": [], **{name: [] for name in LAYOUTS}}, set()
        for _ in range(options.repeats):
            for name, values in rates.items():
                # Ours tells malloc so itself, once it runs; told before, it places its memory otherwise, and can take 1.4 times as long.
                seconds, *more = check(command(name), KEEP_FREED_MEMORY if name in LAYOUTS else {}).split()
                values.append(1 / float(seconds))
                parameters.update(more[:1])
        if len(parameters) > 1:
            sys.exit(f"{title}: the networks have different numbers of parameters: {sorted(parameters)}")
        self.add(title, rates)
