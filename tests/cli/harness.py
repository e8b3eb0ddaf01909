"""What the tests of the command line share: running it, and markets small enough to know by heart.

Every test file is run as: FILE_test.py TONGSUAN [more paths]
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

TONGSUAN = sys.argv[1]

# Two hubs. `first` and `second` want all of east for four of six slots, so one of them must wait:
# with two slots more both fit. `huge` is larger than any hub. `west-job` has west to itself.
TINY = """tongsuan-market 1
market tiny currency=CNY
calendar start=2026-12-01T00:00+08:00 slot=1h slots=8
class H100 watts=700 node=8
hub east region=east en="East" zh="东部"
hub west region=west en="West" zh="西部"
account lab home=east
offer east-h100 seller=dc-east hub=east class=H100 steps=8@6
offer west-h100 seller=dc-west hub=west class=H100 steps=4@5
order first account=lab gang=8 run=H100:4 hubs=east window=0..6 limit=10
order second account=lab gang=8 run=H100:4 hubs=east window=0..6 limit=9
order huge account=lab gang=64 run=H100:2 limit=20
order west-job account=team gang=4 run=H100:2 hubs=west limit=9
end 12
"""


def environment(**changes):
    clean = {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": "/nonexistent"}
    clean.update(changes)
    return {name: value for name, value in clean.items() if value is not None}


def run(*arguments, stdin=None, cwd=None, **changes):
    """Runs tongsuan; bytes in, text out."""
    return subprocess.run([TONGSUAN, *map(str, arguments)], input=stdin, capture_output=True,
                          cwd=cwd, env=environment(**changes), encoding="utf-8", timeout=300)


class CommandTest(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tongsuan-cli-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.market = self.folder / "tiny.market"
        self.certificate = self.folder / "tiny.cert"
        self.market.write_text(TINY, encoding="utf-8")

    def run_ok(self, *arguments, **options):
        done = run(*arguments, **options)
        self.assertEqual(done.returncode, 0, f"{arguments}\n{done.stdout}\n{done.stderr}")
        return done

    def clear(self, *options):
        return self.run_ok("clear", self.market, "-q", "--threads", "1", *options)

    def assert_failure(self, done, code, name):
        """Exit code, nothing on stdout, the stable code on stderr."""
        self.assertEqual(done.returncode, code, f"{done.stdout}\n{done.stderr}")
        self.assertEqual(done.stdout, "")
        self.assertIn(f"[{name}]", done.stderr)

    def try_line(self, done):
        lines = [line for line in done.stderr.splitlines() if line.startswith("try: ")]
        self.assertEqual(len(lines), 1, done.stderr)
        return lines[0][len("try: "):]


def main():
    unittest.main(argv=sys.argv[:1])
