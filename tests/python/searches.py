"""Searches run by the real programs, for tests of what a browser shows of them."""

import json
import os
import sqlite3
import subprocess


class Searches:
    """Searches that have been run in a folder, and their pages."""

    def __init__(self, programs, folder):
        self.programs, self.folder = programs, folder

    def stormsweep(self, *words, status=0):
        program = os.path.join(self.programs, "stormsweep")
        ended = subprocess.run([program, *words], cwd=self.folder, capture_output=True, text=True)
        assert ended.returncode == status, f"{words}: {ended.returncode}: {ended.stderr}"
        return ended

    def write(self, name, space):
        with open(os.path.join(self.folder, f"{name}.json"), "w") as file:
            json.dump({"name": name, **space}, file)
        return ["run", f"{name}.json", "--workers", "2", "--threads", "1", "--device", "cpu"]

    def run(self, name, status=0, **space):
        self.stormsweep(*self.write(name, space), status=status)

    def begin(self, name, **space):
        words = [os.path.join(self.programs, "stormsweep"), *self.write(name, space)]
        return subprocess.Popen(words, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def query(self, name, sql):
        with sqlite3.connect(f"file:{self.folder}/{name}.db?mode=ro", uri=True) as database:
            return database.execute(sql).fetchall()

    def count(self, name):
        """The number of trials so far."""
        try:
            return self.query(name, "SELECT count(*) FROM trials")[0][0]
        except sqlite3.OperationalError:
            return 0

    def page(self, name):
        self.stormsweep("report", f"{name}.db", "-o", f"{name}.html")
        return f"file://{self.folder}/{name}.html"
