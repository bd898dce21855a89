#!/usr/bin/python3
"""What does a page that shows a search cost the search?

Question  no-op trials a second, as in dispatch.py, while `stormsweep serve` shows the database and a page asks it for news every
          two seconds, over the same without; and the processor time of serve over that of the search.
Baseline  the same search alone, in turn, the order changing from pair to pair; and one such run over the next, which tells how noisy
          the machine is.
Command   /usr/bin/python3 experiments/benchmarks/serve.py
Spread    the median of --repeats pairs, with the least and the greatest beside it
Target    less than 2 %
"""

import http.client
import os
import pathlib
import resource
import socket
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


def watch(options, folder, ended, seen):
    """Shows the database as soon as it holds something."""
    database = folder / "n.db"
    while not database.exists() or database.stat().st_size < 1 << 20:
        time.sleep(0.01)
    server = subprocess.Popen([options.bin / "stormsweep", "serve", "n.db", "--socket", folder / "s.sock"], cwd=folder,
                              stdout=subprocess.PIPE, text=True)
    assert server.stdout.readline().startswith("type at home"), "serve did not start"
    page = Page(str(folder / "s.sock"))
    ended.wait()
    page.leave()
    server.terminate()
    _, status, usage = os.wait4(server.pid, 0)
    assert status == 0 and page.renewals > 0, "the page saw nothing; give more --trials"
    seen.append(usage.ru_utime + usage.ru_stime)


def processor_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure(options, watched):
    """(trials a second, processor seconds of serve over those of the search)"""
    with tempfile.TemporaryDirectory() as folder:
        folder, ended, seen = pathlib.Path(folder), threading.Event(), []
        watcher = threading.Thread(target=watch, args=(options, folder, ended, seen))
        if watched:
            watcher.start()
        before = processor_seconds()
        rate = dispatch.stormsweep(options.bin, folder, "grid", options.trials)
        searching = processor_seconds() - before
        ended.set()
        if watched:
            watcher.join()
        return rate, sum(seen) / searching


def main():
    options = common.arguments(__doc__.splitlines()[0], trials=1_000_000, repeats=10)
    alone, watched = [], []
    for pair in range(options.repeats):
        for results, how in [(alone, False), (watched, True)][:: 1 if pair % 2 == 0 else -1]:
            results.append(measure(options, how))
    rates = {"alone": [rate for rate, _ in alone], "watched": [rate for rate, _ in watched]}
    for name, values in rates.items():
        print("{:12}{:10,.0f} trials/s  {}".format(name, *common.spread(values)))
    over = lambda above, below: common.spread([a / b for a, b in zip(above, below)], 3)
    print("watched over alone           {:.3f}  {}".format(*over(rates["watched"], rates["alone"])))
    print("alone over the next alone    {:.3f}  {}".format(*over(rates["alone"], rates["alone"][1:])))
    print("processor time of serve, %   {:.1f}  {}".format(*common.spread([100 * share for _, share in watched])))


if __name__ == "__main__":
    main()
