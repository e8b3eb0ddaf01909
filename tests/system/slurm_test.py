#!/usr/bin/env python3
"""Runs the live tests of the Slurm port on two real clusters: with accounting and without.

usage: slurm_test.py TONGSUAN_TESTS_CLUSTER [--keep] [--filter TESTS]
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile

from local_users import LocalUsers, missing_right
from slurm_cluster import Cluster


def run_on(cluster, program, only):
    try:
        cluster.up()
        return subprocess.run([program, f"--gtest_filter={only}"], check=False,
                              env={**os.environ, **cluster.live_environment()}).returncode
    finally:
        if os.path.exists(cluster.facts):  # also where not all of it came up
            cluster.down()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--keep", action="store_true", help="leave the clusters' files")
    parser.add_argument("--filter", default="SlurmLive.*")
    given = parser.parse_args()
    root = tempfile.mkdtemp(prefix="tongsuan-slurm-")
    os.chmod(root, 0o755)
    code = 0
    users = LocalUsers()
    try:
        tenants = [] if missing_right() else [users.make(f"ts-live-{os.getpid()}")]
        for name, accounting in (("east", True), ("west", False)):
            cluster = Cluster(root, name, nodes=3, devices=8, type="h100", accounting=accounting,
                              tenants=tenants if accounting else [])
            print(f"== {name}: Slurm {'with' if accounting else 'without'} accounting", flush=True)
            code = run_on(cluster, given.program, given.filter) or code
    finally:
        users.remove()
        if given.keep:
            print(f"files of the clusters: {root}")
        else:
            shutil.rmtree(root, ignore_errors=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
