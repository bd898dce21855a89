#!/usr/bin/python3
"""What does a page that shows a search cost the search?

Question  (1) the shares of a search's time for which `stormsweep serve`, asked for news by a page every two seconds, holds the
          database's lock, for which a commit may wait, and of its processor time that serve uses: together what it can cost at
          most where all cores are busy, and hardly touched by noise; (2) no-op trials a second, as in dispatch.py, beside such a
          page.
Baseline  for (2) the same search alone, in pairs, the order changing from pair to pair
Command   /usr/bin/python3 experiments/benchmarks/serve.py
Spread    (1) the median of --repeats runs, with the least and the greatest; the lock's times are those of strace, which stops
          serve at calls of fcntl alone; (2) the median of the pairs' ratios, and the interval that 95 % of the medians of
          resampled pairs lie in
Target    less than 2 %
"""

import http.client
import os
import pathlib
import random
import re
import resource
import signal
import socket
import statistics
import subprocess
import tempfile
import threading
import time

import common
import dispatch

POLL_SECONDS = 2  # as master/page/script/live.js


class Page(http.client.HTTPConnection):
    """Asks for news until it is closed."""

    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self.path, self.renewals, self.closed = path, 0, threading.Event()
        self.thread = threading.Thread(target=self.poll)
        self.thread.start()

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)

    def poll(self):
        tag = ""
        while not self.closed.wait(POLL_SECONDS):
            self.request("GET", "/api/data", headers={"Host": "localhost:8080", "If-None-Match": tag})
            answer = self.getresponse()
            answer.read()
            assert answer.status in (200, 304), answer.status
            self.renewals += answer.status == 200
            tag = answer.headers["ETag"]
            self.close()

    def leave(self):
        self.closed.set()
        self.thread.join()


def locked_seconds(trace, database):
    """For how long a database's shared lock was held, by the calls of SQLite (os_unix.c: its bytes begin at 1073741826)."""
    seconds, since = 0, None
    call = re.compile(r"(\d+\.\d+) fcntl\(\d+<" + re.escape(str(database)) + r">, F_SETLK, {l_type=(F_\w+), .*?l_start=(\d+), l_len=(\d+)")
    for now, kind, start, length in call.findall(trace.read_text()):
        if kind == "F_RDLCK" and start == "1073741826":
            since = float(now)
        elif kind == "F_UNLCK" and length != "1" and since is not None:
            seconds, since = seconds + float(now) - since, None
    return seconds


def watch(options, folder, ended, seen):
    """Shows the database as soon as it holds something; `seen`: seconds for which it was locked, processor seconds."""
    database, trace = folder / "n.db", folder / "trace"
    while not database.exists() or database.stat().st_size < 1 << 20:
        time.sleep(0.01)
    server = subprocess.Popen(["strace", "--seccomp-bpf", "-f", "-y", "-ttt", "-e", "trace=fcntl", "-o", trace,
                               options.bin / "stormsweep", "serve", "n.db", "--socket", folder / "s.sock"], cwd=folder,
                              stdout=subprocess.PIPE, text=True)
    assert server.stdout.readline().startswith("type at home"), "serve did not start"
    page = Page(str(folder / "s.sock"))
    ended.wait()
    page.leave()
    [child] = [pid for pid, program in common.descendants(server.pid).items() if program == "stormsweep"]
    busy = common.processor_seconds(child)
    os.kill(child, signal.SIGTERM)
    assert server.wait() == 0 and page.renewals > 0, "the page saw nothing; give more --trials"
    seen += [locked_seconds(trace, database), busy]


def seconds_of_ended():
    """Processor time of all child processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure(options, watched):
    """Trials a second; where it is watched, the shares of the search's time and of its processor time, too."""
    with tempfile.TemporaryDirectory() as folder:
        folder, ended, seen = pathlib.Path(folder).resolve(), threading.Event(), []
        watcher = threading.Thread(target=watch, args=(options, folder, ended, seen))
        if watched:
            watcher.start()
        before = seconds_of_ended()
        rate = dispatch.stormsweep(options.bin, folder, "grid", options.trials)
        searching = seconds_of_ended() - before
        ended.set()
        if not watched:
            return rate
        watcher.join()
        locked, busy = seen
        return rate, locked * rate / options.trials, busy / searching


def interval(ratios):
    """In which 95 % of the medians of resampled ratios lie."""
    draws = random.Random(1)
    medians = sorted(statistics.median(draws.choices(ratios, k=len(ratios))) for _ in range(10_000))
    return f"{medians[249]:.3f}-{medians[9749]:.3f}"


def main():
    options = common.arguments(__doc__.splitlines()[0], trials=500_000, repeats=30)
    alone, watched = [], []
    for pair in range(options.repeats):
        for results, how in [(alone, False), (watched, True)][:: 1 if pair % 2 == 0 else -1]:
            results.append(measure(options, how))
    rates, locked, busy = zip(*watched)
    percent = lambda shares: "{:5.2f} %  {}".format(*common.spread([100 * share for share in shares], 2))
    print("the lock is held, of the search's time        ", percent(locked))
    print("serve's processor time over the search's      ", percent(busy))
    print("both                                          ", percent([a + b for a, b in zip(locked, busy)]))
    for name, values in [("alone", alone), ("watched", rates)]:
        print("{:46}{:8,.0f} trials/s  {}".format(name, *common.spread(values)))
    ratios = [a / b for a, b in zip(rates, alone)]
    print(f"watched over alone                            {statistics.median(ratios):8.3f}  {interval(ratios)}")
    print("load of the machine, minutes 1, 5, 15         ", *os.getloadavg())


if __name__ == "__main__":
    main()
