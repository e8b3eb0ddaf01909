#!/usr/bin/env python3
"""The journal of a real exchange that was killed, cut short anywhere in its last batches.

usage: cut_test.py TONGSUAND TONGSUAN [--cuts N]

With the signed head of the end every cut is refused. With the head of an earlier batch, as after a
power failure, it starts from there on, and then has exactly the orders whose batches lie before the cut.
"""
import argparse
import json
import pathlib
import shutil
import signal
import unittest

from harness import Daemon, Peer, national_places, run_for, temporary

PARSER = argparse.ArgumentParser(description=__doc__.splitlines()[0])
PARSER.add_argument("tongsuand")
PARSER.add_argument("tongsuan")
PARSER.add_argument("--cuts", type=int, default=4, help="places to cut at, of each kind")
GIVEN = PARSER.parse_args()
ORDERS, WITH_HEAD = 6, 2  # orders; the old head is that of the order with this number
ORDER = {"kind": "block", "ways": [{"class": "Ascend910B", "devices": 8, "durationSeconds": 3600}],
         "hubs": ["guian"], "limit": {"amount": "0.20", "currency": "CNY"}}


def send(peer, number):
    return peer.ask("POST", "/v1/orders", "buyer", ORDER | {"name": f"o-{number}"},
                    {"Idempotency-Key": f"order-key-{number}"})


class Cut(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = temporary()
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.daemon = Daemon(GIVEN.tongsuand, national_places(GIVEN.tongsuan, cls.folder), cls.folder)
        made = cls.daemon.init()
        assert made.returncode == 0, made.stderr
        cls.data = pathlib.Path(cls.daemon.data)
        cls.daemon.start()
        peer = Peer(cls.daemon.port)
        peer.open_buyer("buyer", "100.00")
        wal = cls.data / "journal.db-wal"
        cls.answers, cls.sizes, cls.heads = [], [], []
        for number in range(ORDERS):
            answer = send(peer, number)
            assert answer[0] == 201, answer
            cls.answers.append(answer[2])
            cls.sizes.append(wal.stat().st_size)
            cls.heads.append((cls.data / "head" / "head").read_bytes())
        cls.daemon.process.send_signal(signal.SIGKILL)
        cls.daemon.process.communicate()

    def copy(self, size, head):
        path = self.folder / "copy"
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(self.data, path)
        (path / "journal.db-shm").unlink(missing_ok=True)
        with open(path / "journal.db-wal", "r+b") as wal:
            wal.truncate(size)
        if head is None:
            (path / "head" / "head").unlink()
        else:
            (path / "head" / "head").write_bytes(head)
        return path

    @staticmethod
    def spread(first, last):
        """Places from the first to before the last: frames and their neighbours, and some between."""
        count = max(GIVEN.cuts, 4)
        step = max(1, (last - first) // (count - 2))
        return sorted({first, last - 1, *range(first + step // 2, last, step)})

    def refused(self, size, head, *said):
        done = run_for([GIVEN.tongsuand, "--data", str(self.copy(size, head)), "--dev", "--listen",
                        "127.0.0.1:0"])
        self.assertEqual(done.returncode, 3, f"cut at {size}: {done.stderr}")
        for words in (*said, "try: "):
            self.assertIn(words, done.stderr, f"cut at {size}")

    def test_the_signed_head_shows_every_cut(self):
        last = self.sizes[-1]
        for size in self.spread(self.sizes[1], last):
            self.refused(size, self.heads[-1], "signed head knows sequence", "docs/journal.md")
        self.refused(self.sizes[WITH_HEAD] - 1, self.heads[WITH_HEAD], "signed head knows sequence")
        self.refused(last, None, "signed head of this journal is missing", "repair")

    def test_from_an_earlier_head_on_it_has_what_lies_before_the_cut(self):
        for size in self.spread(self.sizes[WITH_HEAD], self.sizes[-1]):
            daemon = Daemon(GIVEN.tongsuand, None, self.folder)
            daemon.data = str(self.copy(size, self.heads[WITH_HEAD]))
            daemon.start()
            peer = Peer(daemon.port)
            there = [number for number in range(ORDERS) if self.sizes[number] <= size]
            items = json.loads(peer.ask("GET", "/v1/orders?pageSize=100", "buyer")[2])["items"]
            self.assertEqual(sorted(item["name"] for item in items), [f"o-{i}" for i in there])
            for number in there:
                self.assertEqual(send(peer, number)[2], self.answers[number], f"cut at {size}")
            for number in range(len(there), ORDERS):  # what was lost happens when it comes again
                self.assertEqual(send(peer, number)[0], 201)
            self.assertEqual(daemon.stop()[0], 0)


if __name__ == "__main__":
    unittest.main(argv=["cut_test.py"])
