#!/usr/bin/env python3
"""tongsuan journal and tongsuan replay on the folder of an exchange that runs, and that has stopped.

usage: journal_test.py TONGSUAND TONGSUAN TONGSUAN_VERIFY
"""
import json
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import time
import unittest

from harness import Daemon, Peer, national_places, temporary

TONGSUAND, TONGSUAN, VERIFY = sys.argv[1:4]


def run(*arguments, cwd=None):
    return subprocess.run([TONGSUAN, *map(str, arguments)], capture_output=True, text=True, timeout=120,
                          cwd=cwd, check=False)


def facts(text):
    return {row["what"]: row["value"] for row in map(json.loads, text.splitlines())}


class JournalTest(unittest.TestCase):
    """One exchange with one round; every test looks at it."""

    @classmethod
    def setUpClass(cls):
        cls.temporary = temporary()
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.daemon = Daemon(TONGSUAND, national_places(TONGSUAN, cls.folder), cls.folder)
        made = cls.daemon.init("--round", "60")
        assert made.returncode == 0, made.stderr
        cls.data = cls.daemon.data
        cls.daemon.start()
        cls.while_running = run("replay", cls.data, "--format", "jsonl")
        cls.check_running = run("journal", "check", cls.data, "-o", "jsonl")
        for rounds in (1, 2):
            cls.daemon.advance(70)
            cls.wait_for_rounds(rounds)
        cls.daemon.stop()

    @classmethod
    def wait_for_rounds(cls, count):
        """Until so many rounds are over."""
        peer = Peer(cls.daemon.port)
        for _ in range(1000):
            items = json.loads(peer.ask("GET", "/v1/rounds")[2])["items"]
            if sum("closed" in item for item in items) >= count:
                return
            time.sleep(0.01)
        raise AssertionError("the rounds did not close")

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def copy(self):
        path = self.folder / self.id()
        shutil.copytree(self.data, path)
        return path

    def test_a_running_exchange_is_replayed_and_checked(self):
        self.assertEqual(self.while_running.returncode, 0, self.while_running.stderr)
        self.assertGreater(int(facts(self.while_running.stdout)["commands"]), 5)
        self.assertEqual(self.check_running.returncode, 0, self.check_running.stderr)
        self.assertEqual(facts(self.check_running.stdout)["in_use"], "yes")
        self.assertIn("running", self.check_running.stderr)

    def test_a_replay_ends_where_the_exchange_did(self):
        whole = run("replay", self.data, "--format", "jsonl")
        self.assertEqual(whole.returncode, 0, whole.stderr)
        seen = facts(whole.stdout)
        self.assertEqual(seen["first_command"], "1")
        self.assertGreaterEqual(int(seen["rounds"]), 2)
        check = run("journal", "check", self.data, "-o", "jsonl")
        self.assertEqual(check.returncode, 0, check.stderr)
        checked = facts(check.stdout)
        self.assertEqual(checked["in_use"], "no")
        self.assertEqual(checked["hash"], seen["journal_hash"])
        self.assertEqual(checked["last_command"], seen["last_command"])
        self.assertEqual(checked["signed_head"], seen["last_command"])

    def test_a_journal_in_use_is_not_repaired(self):
        path = self.copy()
        holder = Daemon(TONGSUAND, None, self.folder)
        holder.data = str(path)
        holder.start()
        try:
            refused = run("journal", "repair", path, "-o", "json")
        finally:
            holder.stop()
        self.assertEqual((refused.returncode, refused.stdout), (8, ""), refused.stderr)
        self.assertIn("[journal-in-use]", refused.stderr)
        self.assertIn(f"try: tongsuan journal check {path}", refused.stderr)

    def test_an_old_owner_sends_everybody_away(self):
        path = self.copy()
        old = Daemon(TONGSUAND, None, self.folder)
        old.data = str(path)
        old.start()
        peer = Peer(old.port)
        self.assertEqual(peer.ask("GET", "/v1/market")[0], 200)
        with sqlite3.connect(path / "journal.db") as database:  # as whoever takes over does
            database.execute("UPDATE journal SET epoch = epoch + 1")
        deadline = time.time() + 20
        while peer.ask("GET", "/readyz")[0] == 200 and time.time() < deadline:
            time.sleep(0.05)
        for target in ("/readyz", "/v1/market", "/v1/orders"):
            status, headers, body = peer.ask("GET", target, "operator")
            self.assertEqual((status, json.loads(body)["code"]), (503, "unavailable"), target)
            self.assertEqual(headers["Retry-After"], "1")
        self.assertEqual(peer.ask("GET", "/healthz")[0], 200)
        status, log = old.stop()
        self.assertEqual(status, 1, log)
        self.assertIn('"fenced"', log)

    def test_show_lists_events(self):
        shown = run("journal", "show", self.data, "--limit", "3", "-o", "jsonl")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        rows = [json.loads(line) for line in shown.stdout.splitlines()]
        self.assertEqual({row["command"] for row in rows}, {1, 2, 3})
        self.assertIn("participant.opened", {row["event"] for row in rows})
        self.assertTrue(rows[0]["time"].startswith("2026-04-13T08:00:00"))
        last = run("journal", "show", self.data, "--from", "3", "--limit", "1", "-o", "jsonl")
        self.assertEqual({json.loads(line)["command"] for line in last.stdout.splitlines()}, {3})
        table = run("journal", "show", self.data, "--limit", "3")
        self.assertIn("participant.opened", table.stdout)

    def test_damage_is_named(self):
        path = self.copy()
        with sqlite3.connect(path / "journal.db") as database:
            first, data = database.execute(
                "SELECT first, bytes FROM batches ORDER BY first DESC LIMIT 1").fetchone()
            broken = data[:-9] + bytes([data[-9] ^ 1]) + data[-8:]
            database.execute("UPDATE batches SET bytes = ? WHERE first = ?", (broken, first))
            database.commit()
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for command in (("replay", path), ("journal", "check", path)):
            refused = run(*command)
            self.assertEqual(refused.returncode, 10, refused.stderr)
            self.assertIn(f"sequence {first}", refused.stderr)
            self.assertIn("[journal-corrupt]", refused.stderr)
            self.assertIn(f"try: tongsuan journal {'check' if command[0] == 'replay' else 'repair'} {path}", refused.stderr)
        refused = run("journal", "repair", path)
        self.assertEqual(refused.returncode, 10, refused.stderr)
        self.assertIn("try: tongsuan journal repair", refused.stderr)
        repaired = run("journal", "repair", path, "--force", "-o", "jsonl")
        self.assertEqual(repaired.returncode, 0, repaired.stderr)
        self.assertEqual(facts(repaired.stdout)["last_command"], str(first - 1))
        self.assertEqual(run("replay", path).returncode, 0)

    def test_another_beginning_is_another_history(self):
        path = self.copy()
        founding = path / "exchange"
        founding.chmod(0o600)
        text = founding.read_text(encoding="utf-8")
        opened = text.split("opened ")[1].strip()
        founding.write_text(text.replace("opened " + opened, "opened " + str(int(opened) + 60)),
                            encoding="utf-8")
        refused = run("replay", path)
        self.assertEqual(refused.returncode, 10, refused.stderr)
        self.assertIn("command 1", refused.stderr)

    def test_what_is_no_exchange(self):
        missing = run("journal", "show", self.folder)
        self.assertEqual(missing.returncode, 4, missing.stderr)
        self.assertIn("there is no journal", missing.stderr)
        no_round = run("journal", "export", self.data, "--round", "999")
        self.assertEqual(no_round.returncode, 4, no_round.stderr)
        self.assertIn("999", no_round.stderr)
        empty = run("journal", "export", self.data, "--round", "1")
        self.assertEqual(empty.returncode, 4, empty.stderr)
        self.assertIn("[no-certificate]", empty.stderr)
        by_id = run("journal", "export", self.data, "--round", "R-1")
        self.assertIn("[no-certificate]", by_id.stderr, "by the id that the exchange has for it")
        absent = run("journal", "export", self.data, "--round", "r-2e")
        self.assertEqual(absent.returncode, 4, absent.stderr)
        for wrong in ("0", "R-", "R-U", "two", "-1"):
            refused = run("journal", "export", self.data, "--round=" + wrong)
            self.assertEqual(refused.returncode, 2, refused.stderr)
        without = run("journal", "export", self.data)
        self.assertEqual(without.returncode, 2, without.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
