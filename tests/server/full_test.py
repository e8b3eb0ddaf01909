#!/usr/bin/env python3
"""A real exchange on a full disk: refuses what is new, reads on, loses nothing, goes on with room.

usage: full_test.py TONGSUAND TONGSUAN

Runs itself again in a user namespace of its own, where it may mount a small file system in memory.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from harness import Daemon, Peer, national_places

INSIDE = "TONGSUAN_FULL_TEST_INSIDE"
TONGSUAND, TONGSUAN = sys.argv[1:3]
MEBIBYTES = 6


def enter():
    """Where user namespaces are not allowed the test is skipped."""
    probe = subprocess.run(["unshare", "-rm", "sh", "-c", "mount -t tmpfs none /mnt"], capture_output=True,
                           text=True, check=False)
    if probe.returncode != 0:
        print("skipped: no file system can be mounted here: " + probe.stderr.strip())
        sys.exit(0)
    os.environ[INSIDE] = "1"
    os.execvp("unshare", ["unshare", "-rm", sys.executable, *sys.argv])


def order(number):
    return {"kind": "block", "name": f"o-{number}", "ways": [{"class": "Ascend910B", "devices": 8,
                                                            "durationSeconds": 3600}],
            "hubs": ["guian"], "limit": {"amount": "0.20", "currency": "CNY"}}


class Full(unittest.TestCase):
    def setUp(self):
        self.disk = tempfile.mkdtemp()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={MEBIBYTES}m", "none", self.disk], check=True)
        self.addCleanup(os.rmdir, self.disk)
        self.addCleanup(subprocess.run, ["umount", self.disk], check=True)

    def fill(self):
        """Until not a byte has room."""
        with open(self.disk + "/filler", "ab", buffering=0) as filler:
            for size in (65_536, 4_096, 1):
                try:
                    while filler.write(b"x" * size) == size:
                        pass
                except OSError:
                    pass

    def send(self, number):
        """None where no answer came yet."""
        peer = Peer(self.daemon.port)
        peer.connection.timeout = 2
        try:
            status, _, body = peer.ask("POST", "/v1/orders", "buyer", order(number),
                                       {"Idempotency-Key": f"order-key-{number}"})
        except TimeoutError:
            return None
        return status, json.loads(body)

    def test_it_refuses_reads_on_and_goes_on(self):
        with tempfile.TemporaryDirectory() as places:
            self.daemon = Daemon(TONGSUAND, national_places(TONGSUAN, places), self.disk)
            self.assertEqual(self.daemon.init().returncode, 0)
            self.play()

    def play(self):
        self.daemon.start()
        peer = Peer(self.daemon.port)
        peer.open_buyer("buyer", "1000000.00")
        answers = {}
        for number in range(5):
            answers[number] = self.send(number)
            self.assertEqual(answers[number][0], 201)
        self.fill()
        waiting = {}  # were taken before anybody knew: their answers come when there is room
        sent = 5
        while True:
            one = threading.Thread(target=lambda number=sent: waiting.update({number: self.patient(number)}))
            one.start()
            one.join(0.3)
            sent += 1
            if not one.is_alive() and waiting[sent - 1][0] == 507:
                break
            self.assertLess(sent, 200, "it never ran out of room")
        self.assertEqual(waiting.pop(sent - 1)[1]["code"], "disk-full")
        self.check_reading(peer, answers)
        os.unlink(self.disk + "/filler")
        for _ in range(200):
            last = self.send(1_000)
            if last and last[0] == 201:
                break
            time.sleep(0.05)
        self.assertEqual(last[0], 201, last)
        answers[1_000] = last
        for _ in range(200):
            if len(waiting) == sent - 6:
                break
            time.sleep(0.05)
        answers.update(waiting)
        self.check_everything(answers)

    def patient(self, number):
        """As send, and waits for the answer."""
        status, _, body = Peer(self.daemon.port).ask("POST", "/v1/orders", "buyer", order(number),
                                                     {"Idempotency-Key": f"order-key-{number}"})
        return status, json.loads(body)

    def check_reading(self, peer, answers):
        for number, (_, body) in answers.items():
            status, _, read = peer.ask("GET", "/v1/orders/" + body["id"], "buyer")
            self.assertEqual((status, json.loads(read)["name"]), (200, f"o-{number}"))
        self.assertEqual(peer.ask("GET", "/readyz")[0], 503)
        self.assertEqual(peer.ask("GET", "/healthz")[0], 200)

    def check_everything(self, answers):
        """All that was acknowledged is there after a restart, and asked again answered as before."""
        self.assertEqual(self.daemon.stop()[0], 0)
        self.daemon.start()
        peer = Peer(self.daemon.port)
        self.assertEqual(peer.ask("GET", "/readyz")[0], 200)
        for number, answer in answers.items():
            self.assertEqual(answer[0], 201, answer)
            self.assertEqual(self.send(number), answer)
        items = json.loads(peer.ask("GET", "/v1/orders?pageSize=200", "buyer")[2])["items"]
        self.assertEqual(sorted(item["name"] for item in items), sorted(f"o-{n}" for n in answers))
        self.assertEqual(self.daemon.stop()[0], 0)


if __name__ == "__main__":
    if INSIDE not in os.environ:
        enter()
    unittest.main(argv=sys.argv[:1])
