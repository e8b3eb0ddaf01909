#!/usr/bin/env python3
"""The agent on a real Slurm cluster, between it and a played exchange.

usage: hub_test.py TONGSUAN_HUB [--keep] [TEST...]

The cluster has accounting and three nodes. It is broken while the agent works: the controller goes away
in the middle of a submission, a node is lost, the agent is killed.
"""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from slurm_cluster import Cluster

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "hub"))
from fakes import FakeExchange  # noqa: E402

HUB = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else ""
KEEP = "--keep" in sys.argv and not sys.argv.remove("--keep")

SETTINGS = """
hub = "east"
exchange = "{exchange}"
credentials = "{folder}/credentials"
spool = "{folder}/spool"
scratch = "{folder}/scratch"
[times]
interval = 1
lease = 60
meter = 2
nodes = 2
down = 12
doubt = 20
retry = 2
[slurm]
url = "{slurm}"
user = "{user}"
jwt_key = "{key}"
memory_mb_per_device = 64
[environment]
PATH = "/usr/bin:/bin"
[class.H100]
accelerator = "h100"
[tenant.P-3]
user = "{user}"
account = "exchange"
"""


def eventually(what, seconds=90):
    end = time.monotonic() + seconds
    while not (value := what()) and time.monotonic() < end:
        time.sleep(0.2)
    return value


class HubOnSlurm(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = tempfile.mkdtemp(prefix="tongsuan-hub-slurm-")
        os.chmod(cls.root, 0o755)
        cls.cluster = Cluster(cls.root, "east", nodes=3, devices=8, type="h100", accounting=True)
        cls.number = 0
        try:
            cls.cluster.up()
        except BaseException:
            if os.path.exists(cls.cluster.facts):
                cls.cluster.down()
            raise

    @classmethod
    def tearDownClass(cls):
        cls.cluster.down()
        if KEEP:
            print("files:", cls.root)
        else:
            shutil.rmtree(cls.root, ignore_errors=True)

    def setUp(self):
        self.exchange = FakeExchange(3, 8)
        self.addCleanup(self.exchange.stop)
        self.folder = tempfile.mkdtemp(prefix="agent-", dir=self.root)
        live = self.cluster.live_environment()
        self.put("credentials", f'["{self.exchange.url}"]\nkey = "K-0102030405060708"\nsecret = "s"\n')
        self.put("hub.toml", SETTINGS.format(
            exchange=self.exchange.url, folder=self.folder, slurm=live["TONGSUAN_SLURM_URL"],
            user=live["TONGSUAN_SLURM_USER"], key=live["TONGSUAN_SLURM_KEY"]))
        os.mkdir(self.folder + "/scratch", 0o711)
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", self.cluster.user, self.folder], check=True)
        self.process = None
        self.start()
        self.addCleanup(self.kill)

    def put(self, name, text):
        path = os.path.join(self.folder, name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
            file.write(text)

    def start(self):
        with open(self.root + "/agent.log", "a", encoding="utf-8") as log:
            self.process = subprocess.Popen([HUB, "run", "--config", self.folder + "/hub.toml"],
                                            stderr=log, **self.cluster.as_user())
        self.assertTrue(eventually(lambda: self.exchange.accepting and len(self.exchange.up) == 3),
                        self.log())

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def log(self):
        with open(self.root + "/agent.log", encoding="utf-8") as log:
            return log.read()

    def begin(self, script, **more):
        """The row of a new contract, with its name; names are used once in the life of a cluster."""
        type(self).number += 1
        row = self.exchange.start(f"{self.number}Z", {"script": "#!/bin/sh\n" + script + "\n"}, **more)
        row["name"] = f"C-{self.number}Z"
        return row

    def runs(self, row):
        self.assertTrue(eventually(lambda: row["phase"] == "running"), self.log())

    def over(self, row):
        self.assertTrue(eventually(lambda: row["over"]), self.log())
        return row["last"]

    def accounted(self, row):
        """What slurmdbd says of the contract's jobs: (job, seconds, state)."""
        name = f"ts-{row['name']}-1"
        text = self.cluster.run("sacct", "-XPn", "-D", "--name", name, "-S", "now-1hour",
                                "-o", "jobid,elapsedraw,state").stdout
        return [line.split("|") for line in text.split("\n") if line]

    def metered_as_accounted(self, row):
        def same():
            jobs = self.accounted(row)
            return len(jobs) == 1 and int(jobs[0][1]) == row["seconds"]
        self.assertTrue(eventually(same, 20), f"{self.accounted(row)} {row}\n{self.log()}")
        self.assertEqual(self.exchange.faults, [], self.log())

    def test_runs_a_gang_and_meters_what_slurm_accounts(self):
        row = self.begin("sleep 5; exit 3", nodes=[0, 2])
        self.runs(row)
        self.assertEqual(self.over(row)["detail"], "exit code 3")
        self.metered_as_accounted(row)

    def test_goes_on_after_it_was_killed(self):
        row = self.begin("sleep 8")
        self.runs(row)
        self.kill()
        time.sleep(2)
        self.start()
        self.assertEqual(self.over(row)["reason"], "completed")
        self.metered_as_accounted(row)

    def test_cancels_what_the_exchange_ended(self):
        row = self.begin("sleep 1000")
        self.runs(row)
        self.exchange.cancel(row["name"])
        last = self.over(row)
        self.assertEqual(last["kind"], "settle")
        (_, seconds, state), = self.accounted(row)
        self.assertTrue(state.startswith("CANCELLED"), state)
        self.assertEqual(row["seconds"] + last["overrunSeconds"], int(seconds))

    def test_submits_once_while_the_controller_comes_and_goes(self):
        self.cluster.do("stop-controller", "")
        row = self.begin("sleep 3")
        time.sleep(8)
        self.cluster.do("start-controller", "")
        self.assertEqual(self.over(row)["reason"], "completed")
        self.metered_as_accounted(row)

    def test_tells_a_lost_node(self):
        row = self.begin("sleep 1000", nodes=[1])
        self.runs(row)
        self.cluster.do("stop-node", "east-n2")
        self.addCleanup(lambda: self.cluster.do("start-node", "east-n2"))
        last = self.over(row)
        self.assertEqual(last["reason"], "failed")
        self.assertTrue(eventually(lambda: self.exchange.up[1] is False), self.log())
        self.metered_as_accounted(row)


if __name__ == "__main__":
    if not HUB:
        sys.exit(__doc__)
    unittest.main(warnings="ignore")
