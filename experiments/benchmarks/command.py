#!/usr/bin/python3
"""How many short commands a second?

Question  commands of /bin/sh that report one number and end, two at a time: a row in the database for each.
Baseline  GNU parallel with its job log, and xargs, which records nothing, with the same shell and the same script, on the
          same machine in the same run.
Command   /usr/bin/python3 experiments/benchmarks/command.py
Spread    the median of --repeats runs of --commands each, with the least and the greatest beside it. The start of the
          search (MPI) is left out: rows are counted from the first one's start to the last one's end.
Target    500 a second with two workers
"""

import json
import pathlib
import shutil
import sys
import tempfile
import time

import common

SCRIPT = """echo '{"loss": 1}' > "$STORMSWEEP_REPORT\""""


def stormsweep_rate(options, folder):
    experiment = {"name": "short", "summary": "a short command", "run": ["/bin/sh", "short.sh"], "files": ["short.sh"],
                  "data": [], "metrics": [{"name": "loss", "goal": "minimize", "meaning": "1"}],
                  "hyperparameters": [{"name": "index", "type": "integer", "default": 0, "min": 0, "max": 10**9,
                                       "meaning": "tells trials apart"}]}
    (folder / "experiment.json").write_text(json.dumps(experiment))
    (folder / "short.sh").write_text(SCRIPT + "\n")
    space = {"name": "s", "experiment": "./experiment.json",
             "parameters": {"index": {"min": 1, "max": options.commands, "step": 1}}}
    (folder / "s.json").write_text(json.dumps(space))
    (folder / "s.db").unlink(missing_ok=True)
    common.check([options.bin / "stormsweep", "run", "s.json", "--workers", "2", "--device", "cpu"], cwd=folder)
    [[first, last]] = common.query(folder / "s.db", "SELECT min(started), max(finished) FROM trials")
    return options.commands / (last - first)


def peer_rate(options, folder, words):
    numbers = "\n".join(map(str, range(options.commands)))
    begin = time.perf_counter()
    common.check(words, cwd=folder, input=numbers)
    return options.commands / (time.perf_counter() - begin)


def main():
    options = common.arguments(__doc__.splitlines()[0], commands=2000, repeats=3)
    if not shutil.which("parallel"):
        sys.exit("missing; please run\n  sudo apt-get install --no-install-recommends parallel")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        script = f"STORMSWEEP_REPORT={folder}/report; {SCRIPT}"
        (folder / "peer.sh").write_text(script + "\n")
        peer = ["/bin/sh", str(folder / "peer.sh")]
        ways = {"stormsweep": lambda: stormsweep_rate(options, folder),
                "GNU parallel --joblog": lambda: peer_rate(
                    options, folder, ["parallel", "-j2", "--joblog", "log", " ".join(peer)]),
                "xargs -P2": lambda: peer_rate(options, folder, ["xargs", "-P2", "-n1", *peer])}
        for name, rate in ways.items():
            median, between = common.spread([rate() for _ in range(options.repeats)])
            print(f"{name:24}{median:10,.0f} commands/s  {between}", flush=True)


if __name__ == "__main__":
    main()
