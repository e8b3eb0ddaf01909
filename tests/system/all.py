#!/usr/bin/env python3
"""Runs all tests on real clusters: those of one cluster beside those of two, since both mostly wait.

usage: all.py PROGRAMS TONGSUAN_TESTS_CLUSTER
PROGRAMS is a folder with tongsuan, tongsuand and tongsuan-hub.
"""

import os
import subprocess
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))


def run(script, *arguments, said=None):
    return subprocess.call([sys.executable, os.path.join(HERE, script), *arguments],
                           stdout=said, stderr=said)


def main():
    if len(sys.argv) != 3 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    programs, tests = sys.argv[1:]
    codes = []
    with tempfile.TemporaryFile("w+") as said:
        def one_cluster():
            codes.append(run("slurm_test.py", tests, said=said))
            codes.append(run("hub_test.py", os.path.join(programs, "tongsuan-hub"), said=said))

        # An interrupt reaches all processes of the group: each takes its own clusters down.
        beside = threading.Thread(target=one_cluster)
        beside.start()
        try:
            codes.append(run("two_hubs_test.py", programs))
        finally:
            beside.join()
            said.seek(0)
            print(said.read(), end="", flush=True)
    sys.exit(max(abs(code) for code in codes))


if __name__ == "__main__":
    main()
