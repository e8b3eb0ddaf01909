#!/usr/bin/env python3
"""Backups of docs/operate.md: taken while clients send orders, restored elsewhere, compared.

usage: backup_test.py TONGSUAND TONGSUAN
"""
import json
import os
import pathlib
import shutil
import sqlite3
import sys
import threading
import time
import unittest

from harness import Daemon, Peer, national_places, run_for, temporary

TONGSUAND, TONGSUAN = sys.argv[1:3]
BATCH = 16
KEPT = ("master.secret", "head.key", "places.market", "exchange")


def order(name):
    return {"idempotencyKey": name, "order": {
        "kind": "block", "name": name, "hubs": ["guian"], "limit": {"amount": "0.20", "currency": "CNY"},
        "ways": [{"class": "Ascend910B", "devices": 8, "durationSeconds": 3600}]}}


class Load(threading.Thread):
    """Sends batches until told to stop, and keeps what was answered."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.answers, self.stopping = port, {}, False
        self.some = threading.Event()

    def run(self):
        peer = Peer(self.port)
        while not self.stopping:
            names = [f"order-{len(self.answers) + i:06}" for i in range(BATCH)]
            status, _, body = peer.ask("POST", "/v1/orders:batch", "buyer",
                                       {"orders": [order(name) for name in names]})
            assert status == 200, body
            self.answers.update(zip(names, json.loads(body)["results"]))
            self.some.set()
            time.sleep(0.01)

    def wait_for_more(self):
        self.some.clear()
        assert self.some.wait(30)


def listed(peer, who):
    names, token = {}, ""
    while True:
        page = json.loads(peer.ask("GET", "/v1/orders?pageSize=200" + token, who)[2])
        names.update({item["name"]: item for item in page["items"]})
        if not page.get("nextPageToken"):
            return names
        token = "&pageToken=" + page["nextPageToken"]


class Backup(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = temporary()
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.daemon = Daemon(TONGSUAND, national_places(TONGSUAN, cls.folder), cls.folder)
        made = cls.daemon.init()
        assert made.returncode == 0, made.stderr
        cls.data = pathlib.Path(cls.daemon.data)
        cls.daemon.start()
        Peer(cls.daemon.port).open_buyer("buyer", "1000000.00")
        load = Load(cls.daemon.port)
        load.start()
        load.wait_for_more()
        for name, how in (("online", cls.online), ("vacuum", cls.vacuum)):
            cls.take(name, how)
            load.wait_for_more()
        load.stopping = True
        load.join()
        cls.answers = load.answers
        cls.trial = Peer(cls.daemon.port).ask("GET", "/v1/ledger/trial-balance", "operator")[0]
        status, log = cls.daemon.stop()
        assert status == 0, log
        shutil.copytree(cls.data, cls.folder / "cold")

    @classmethod
    def take(cls, name, how):
        """As docs/operate.md says: the signed head first, the database after it."""
        path = cls.folder / name
        (path / "head").mkdir(parents=True, mode=0o700)
        shutil.copy2(cls.data / "head" / "head", path / "head" / "head")
        how(path / "journal.db")
        for file in KEPT:
            shutil.copy2(cls.data / file, path / file)

    @classmethod
    def online(cls, into):
        source, copy = sqlite3.connect(cls.data / "journal.db"), sqlite3.connect(into)
        source.backup(copy)
        copy.close()
        source.close()

    @classmethod
    def vacuum(cls, into):
        source = sqlite3.connect(cls.data / "journal.db")
        source.execute("VACUUM INTO ?", (str(into),))
        source.close()

    def restored(self, name):
        daemon = Daemon(TONGSUAND, None, self.folder)
        daemon.data = str(self.folder / name)
        return daemon.start()

    def last_command(self, path):
        done = run_for([TONGSUAN, "journal", "check", path, "-o", "jsonl"])
        self.assertEqual(done.returncode, 0, done.stderr)
        return {row["what"]: row["value"] for row in map(json.loads, done.stdout.splitlines())}["last_command"]

    def check_restored(self, name):
        """What was acknowledged up to the last command of the copy is there, and nothing else."""
        last = int(self.last_command(self.folder / name))
        self.assertEqual(run_for([TONGSUAN, "replay", self.folder / name]).returncode, 0)
        there = {key for key, result in self.answers.items() if int(result["sequence"]) <= last}
        daemon = self.restored(name)
        peer = Peer(daemon.port)
        self.assertEqual(set(listed(peer, "buyer")), there)
        self.assertGreater(len(there), 0)
        names = sorted(self.answers)
        for begin in range(0, len(names), 200):
            part = names[begin:begin + 200]
            status, _, body = peer.ask("POST", "/v1/orders:batch", "buyer",
                                       {"orders": [order(one) for one in part]})
            self.assertEqual(status, 200, body)
            for one, result in zip(part, json.loads(body)["results"]):
                if one in there:
                    self.assertEqual(result, self.answers[one])
                else:
                    self.assertEqual(result["state"], "accepted")  # served anew
        self.assertEqual(peer.ask("GET", "/v1/ledger/trial-balance", "operator")[0], self.trial)
        self.assertEqual(daemon.stop()[0], 0)
        return there

    def test_copies_of_a_running_exchange(self):
        first, second = self.check_restored("online"), self.check_restored("vacuum")
        self.assertLess(len(first), len(second))
        self.assertLess(len(second), len(self.answers))

    def test_a_copy_of_one_that_has_stopped(self):
        self.assertEqual(self.check_restored("cold"), set(self.answers))

    def test_an_old_copy_beside_the_newer_head(self):
        """Refused, with the way out; after that it is the exchange of the copy."""
        path = self.folder / "old"
        shutil.copytree(self.folder / "vacuum", path)
        for head in (self.data / "head" / "head", None):
            os.unlink(path / "head" / "head")
            if head:
                shutil.copy2(head, path / "head" / "head")
            done = run_for([TONGSUAND, "--data", path, "--dev", "--listen", "127.0.0.1:0"])
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn("signed head", done.stderr)
            self.assertRegex(done.stderr, "try: .*repair")
        shutil.copy2(self.data / "head" / "head", path / "head" / "head")
        self.assertEqual(run_for([TONGSUAN, "journal", "repair", path]).returncode, 10)
        repaired = run_for([TONGSUAN, "journal", "repair", path, "--force"])
        self.assertEqual(repaired.returncode, 0, repaired.stderr)
        daemon = self.restored("old")
        self.assertLess(len(listed(Peer(daemon.port), "buyer")), len(self.answers))
        self.assertEqual(daemon.stop()[0], 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
