#!/usr/bin/env python3
"""tongsuand as a process: mistakes, what a restart keeps, a journal that is broken.

usage: daemon_test.py TONGSUAND TONGSUAN
"""
import json
import os
import pathlib
import subprocess
import sys
import unittest

from harness import Daemon, Peer, national_places, temporary

TONGSUAND, TONGSUAN = sys.argv[1:3]
ORDER = {"kind": "block", "name": "kept", "ways": [{"class": "Ascend910B", "devices": 8,
                                                  "durationSeconds": 3600}],
         "hubs": ["guian"], "limit": {"amount": "0.20", "currency": "CNY"}}


def run(*arguments):
    return subprocess.run([TONGSUAND, *arguments], capture_output=True, text=True, timeout=30)


class Mistakes(unittest.TestCase):
    def test_each_says_what_to_try(self):
        with temporary() as folder:
            for arguments, said in (([], "--data"), (["--data"], "needs a value"), (["--fast"], "--fast"),
                                    (["--data", folder, "--speed", "-1"], "--speed"),
                                    (["--data", folder, "--init"], "--places"),
                                    (["--data", folder, "--tls-cert", "x"], "--tls-key")):
                done = run(*arguments)
                self.assertEqual(done.returncode, 2, arguments)
                self.assertIn(said, done.stderr)
                self.assertIn("try: ", done.stderr)
            done = run("--data", folder)
            self.assertEqual(done.returncode, 3)
            self.assertIn("--init", done.stderr)

    def test_development_stays_on_this_machine(self):
        with temporary() as folder:
            done = run("--data", folder, "--dev", "--listen", "0.0.0.0:0")
            self.assertEqual(done.returncode, 3)
            self.assertIn("loopback", done.stderr)

    def test_help(self):
        self.assertIn("--init", run("--help").stdout)
        self.assertRegex(run("--version").stdout, r"^tongsuand \d+\.\d+\.\d+\n$")

    @unittest.skipIf(os.geteuid() != 0, "only root can be another user")
    def test_an_exchange_of_another_user_is_not_an_absent_one(self):
        with temporary() as folder:
            os.chmod(folder, 0o755)
            data = os.path.join(folder, "data")
            os.mkdir(data, 0o700)
            with open(os.path.join(data, "exchange"), "w", encoding="ascii") as file:
                file.write("tongsuan-exchange 1\n")

            def stranger(*more):
                try:
                    return subprocess.run([TONGSUAND, "--data", data, *more], capture_output=True, text=True,
                                          timeout=30, check=False, user=65534, group=65534, extra_groups=[])
                except PermissionError:
                    return self.skipTest("nobody else may start the program where it is")

            done = stranger()
            self.assertEqual(done.returncode, 3)
            self.assertIn(f"this user may not read {data}/exchange", done.stderr)
            self.assertNotIn("--init", done.stderr)
            self.assertIn("this user may not read it", stranger("--check-config").stdout)


class Restart(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.places_folder = temporary()
        cls.places = national_places(TONGSUAN, cls.places_folder.name)
        cls.addClassCleanup(cls.places_folder.cleanup)

    def setUp(self):
        self.folder = temporary()
        self.addCleanup(self.folder.cleanup)
        self.daemon = Daemon(TONGSUAND, self.places, self.folder.name)
        self.made = self.daemon.init()
        self.assertEqual(self.made.returncode, 0, self.made.stderr)

    def submit(self, peer, body):
        return peer.ask("POST", "/v1/orders", "buyer", body, {"Idempotency-Key": "kept-order-1"})

    def test_one_that_was_made_by_half_is_not_served(self):
        mark = pathlib.Path(self.daemon.data) / "unfinished"
        self.assertFalse(mark.exists(), "it was made")
        mark.touch()
        for again in (self.daemon.init(), run("--data", self.daemon.data)):
            self.assertEqual(again.returncode, 3)
            self.assertIn("interrupted", again.stderr)
            self.assertIn("try: remove the folder", again.stderr)

    def test_it_outlives_the_reader_of_its_log(self):
        self.daemon.start()
        peer = Peer(self.daemon.port)
        self.daemon.process.stderr.close()
        for on in (True, False):  # each is a line of the log
            status, _, data = peer.ask("POST", "/v1/halts", "operator", {"scope": "market", "halted": on},
                                       {"Idempotency-Key": f"halts-{on}"})
            self.assertEqual(status, 200, data)
        self.assertEqual(peer.ask("GET", "/readyz")[0], 200)
        self.daemon.process.terminate()
        self.assertEqual(self.daemon.process.wait(timeout=30), 0)

    def test_an_answer_is_the_same_after_a_restart(self):
        self.daemon.start()
        peer = Peer(self.daemon.port)
        for method, target, body in (
                ("POST", "/v1/participants", {"name": "buyer", "role": "participant"}),
                ("POST", "/v1/deposits", {"to": {"participant": None, "purpose": "cash"}, "reference": "1",
                                          "amount": {"amount": "100.00", "currency": "CNY"}})):
            if "to" in body:
                body["to"]["participant"] = buyer
            status, _, data = peer.ask(method, target, "operator", body,
                                       {"Idempotency-Key": "made-" + target[-8:]})
            self.assertEqual(status, 201, data)
            buyer = json.loads(data)["id"]
        first = self.submit(peer, ORDER)
        self.assertEqual(first[0], 201, first)
        self.assertEqual(self.daemon.stop()[0], 0)
        self.daemon.start()
        peer = Peer(self.daemon.port)
        again = self.submit(peer, ORDER)
        self.assertEqual((again[0], again[2]), (first[0], first[2]))
        other = self.submit(peer, ORDER | {"name": "other"})
        self.assertEqual(other[0], 409)
        transfers = json.loads(peer.ask("GET", "/v1/transfers", "buyer")[2])
        self.assertEqual([item["kind"] for item in transfers["items"]], ["deposit"])
        self.assertEqual(self.daemon.stop()[0], 0)

    def test_a_broken_journal_is_refused_with_its_place(self):
        self.daemon.start()
        self.assertEqual(self.daemon.stop()[0], 0)
        for path in pathlib.Path(self.daemon.data).iterdir():
            data = bytearray(path.read_bytes()) if path.is_file() else b""
            if data[:6] == b"SQLite":
                data[data.find(b"supplier-guian")] ^= 1
                path.write_bytes(data)
        done = run("--data", self.daemon.data, "--dev", "--listen", "127.0.0.1:0")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("journal", done.stderr)
        self.assertIn("try: ", done.stderr)

    def test_what_a_folder_lacks_is_named_with_where_it_comes_from(self):
        for name, hint in (("places.market", "from a backup"), ("head.key", "from a backup"),
                           ("master.secret", "from its copy")):
            path = pathlib.Path(self.daemon.data) / name
            away = path.with_suffix(".away")
            path.rename(away)
            done = run("--data", self.daemon.data, "--dev", "--listen", "127.0.0.1:0")
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn(name, done.stderr)
            self.assertRegex(done.stderr, f"(?m)^try: .*{hint}")
            away.rename(path)

    def test_it_is_made_once(self):
        again = self.daemon.init()
        self.assertEqual(again.returncode, 3)
        self.assertIn("already", again.stderr)
        self.assertRegex(self.made.stdout, "operator key K-[0-9a-f]{24}\noperator secret [\\w-]{43}\n")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
