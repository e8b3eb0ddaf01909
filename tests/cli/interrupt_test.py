#!/usr/bin/env python3
"""Ctrl-C: a verified certificate or nothing, never half of one; and the bar on a terminal."""
import os
import pty
import select
import signal
import subprocess
import time

from harness import TONGSUAN, CommandTest, environment, main, run

ORDERS = "3000"
WORK = "1000000000000"  # far more than the test waits for


class Interrupt(CommandTest):
    def setUp(self):
        super().setUp()
        self.big = self.folder / "big.market"
        self.run_ok("generate", "national", "--orders", ORDERS, "--seed", "2", "-o", self.big, "-q")
        self.certificate = self.folder / "big.cert"

    def start(self, stderr=subprocess.PIPE):
        process = subprocess.Popen([TONGSUAN, "clear", str(self.big), "--work", WORK, "--threads", "2",
                                    "-o", "json"], stdout=subprocess.PIPE, stderr=stderr, env=environment(),
                                   encoding="utf-8")
        self.addCleanup(lambda: process.poll() is None and process.kill())
        return process

    def wait_for(self, process, stage):
        for line in process.stderr:
            if line.strip() == stage:
                return
        self.fail(f"never came to {stage}")

    def test_once_gives_the_best_so_far(self):
        process = self.start()
        self.wait_for(process, "placement")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=240)
        self.assertEqual(process.returncode, 130, err)
        self.assertIn('"interrupted":true', out)
        self.assertEqual(err.count("Ctrl-C again ends at once"), 1)
        self.assertIn("interrupted: this is the best outcome", err)
        self.assertEqual(run("verify", self.big, self.certificate).returncode, 0)

    def test_while_looking_for_prices(self):
        process = self.start()
        self.wait_for(process, "prices")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=240)
        self.assertEqual(process.returncode, 130)
        self.assertEqual(run("verify", self.big, self.certificate).returncode, 0)

    def test_twice_gives_nothing(self):
        process = self.start()
        self.wait_for(process, "prices")
        for _ in range(2):
            process.send_signal(signal.SIGINT)
            time.sleep(0.05)
        out, _ = process.communicate(timeout=240)
        self.assertEqual(process.returncode, 130)
        if out == "":  # the second one came before the first had brought the work to its end
            self.assertEqual(os.listdir(self.folder).count("big.cert"), 0)
        else:
            self.assertEqual(run("verify", self.big, self.certificate).returncode, 0)
        self.assertEqual([name for name in os.listdir(self.folder) if name.startswith("big.cert.")], [])

    def test_while_reading(self):
        process = subprocess.Popen([TONGSUAN, "clear", "-", "-c", str(self.certificate)],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env=environment())
        process.stdin.write(b"tongsuan-market 1\n")
        process.stdin.flush()
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=60), 130)
        self.assertFalse(self.certificate.exists())
        for stream in (process.stdin, process.stdout, process.stderr):
            stream.close()

    def test_bar_on_a_terminal(self):
        main_end, terminal = pty.openpty()
        process = self.start(stderr=terminal)
        os.close(terminal)
        seen = b""
        deadline = time.monotonic() + 240
        while b"placement [" not in seen and time.monotonic() < deadline:
            if select.select([main_end], [], [], 1)[0]:
                seen += os.read(main_end, 65536)
        process.send_signal(signal.SIGINT)
        while process.poll() is None and time.monotonic() < deadline:
            if select.select([main_end], [], [], 0.2)[0]:
                try:
                    seen += os.read(main_end, 65536)
                except OSError:  # the terminal has no writer any more
                    break
        process.communicate(timeout=60)
        os.close(main_end)
        self.assertIn(b"\r\x1b[Kplacement [", seen)
        self.assertIn(b"Ctrl-C again ends at once", seen)
        self.assertEqual(process.returncode, 130)


if __name__ == "__main__":
    main()
