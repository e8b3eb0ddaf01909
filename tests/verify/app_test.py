#!/usr/bin/env python3
"""tongsuan-verify as a stranger uses it: verdicts, languages, exit codes, and what it links.

usage: app_test.py TONGSUAN_VERIFY FIXTURE_FOLDER LIBRARY...

The libraries are those of the four modules that the program is made of.
"""
import json
import os
import pathlib
import subprocess
import sys
import unittest

APP, FOLDER, LIBRARIES = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
MARKET, CERTIFICATE = FOLDER / "market.txt", FOLDER / "certificate.txt"
LIES = ["welfare-mismatch", "bound-mismatch", "root-mismatch", "rent-mismatch", "totals-mismatch",
        "precedence"]


def run(*arguments, **environment):
    clean = {"PATH": os.environ["PATH"], "LC_ALL": "C", **environment}
    return subprocess.run([APP, *map(str, arguments)], capture_output=True, text=True, env=clean,
                          encoding="utf-8")


def symbols_of(binary):
    return subprocess.run(["nm", "-C", binary], capture_output=True, text=True, check=True).stdout


class Verify(unittest.TestCase):
    def test_honest_certificate(self):
        done = run(MARKET, CERTIFICATE)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(": verified", done.stdout)
        self.assertEqual(done.stderr, "")

    def test_json_is_one_document(self):
        for arguments in (["-o", "json"], ["-ojson"], ["--output=json"]):
            done = run(*arguments, MARKET, CERTIFICATE)
            self.assertEqual(done.returncode, 0)
            verdict = json.loads(done.stdout)
            self.assertTrue(verdict["verified"])
            self.assertEqual(verdict["fault"], "none")
            self.assertEqual(verdict["awards"], 10)

    def test_lies_are_named(self):
        for fault in LIES:
            done = run("-o", "json", MARKET, FOLDER / f"{fault}.txt")
            self.assertEqual(done.returncode, 10, fault)
            verdict = json.loads(done.stdout)
            self.assertFalse(verdict["verified"])
            self.assertEqual(verdict["fault"], fault)
            text = run(MARKET, FOLDER / f"{fault}.txt")
            self.assertEqual(text.returncode, 10)
            self.assertIn(fault, text.stdout)
            self.assertIn("try ", text.stdout)

    def test_torn_and_swapped_files(self):
        for market, certificate, fault in ((MARKET, FOLDER / "torn.txt", "unreadable-certificate"),
                                           (CERTIFICATE, CERTIFICATE, "unreadable-market"),
                                           (MARKET, MARKET, "unreadable-certificate")):
            done = run("-o", "json", market, certificate)
            self.assertEqual(done.returncode, 10)
            self.assertEqual(json.loads(done.stdout)["fault"], fault)
            self.assertIn("try: ", done.stderr)

    def test_languages(self):
        self.assertIn("通过验证", run("--lang", "zh", MARKET, CERTIFICATE).stdout)
        self.assertIn("通过验证", run(MARKET, CERTIFICATE, LC_ALL="zh_CN.UTF-8").stdout)
        self.assertIn("verified", run("--lang=en", MARKET, CERTIFICATE, LC_ALL="zh_CN").stdout)
        self.assertIn("用法", run("--help", "--lang", "zh").stdout)
        self.assertIn("未通过验证", run("--lang=zh", MARKET, FOLDER / "precedence.txt").stdout)

    def test_help_and_version(self):
        for flag in ("--help", "-h"):
            done = run(flag)
            self.assertEqual(done.returncode, 0)
            self.assertTrue(done.stdout.startswith("usage: tongsuan-verify"))
        self.assertRegex(run("--version").stdout, r"^tongsuan-verify \d+\.\d+\.\d+\n$")

    def test_usage(self):
        for arguments in ([], [MARKET], [MARKET, CERTIFICATE, "third"], ["--nonsense"],
                          ["-o", "xml", MARKET, CERTIFICATE], ["--lang", "fr"], ["-o"]):
            done = run(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertEqual(done.stdout, "")
            self.assertIn("try: tongsuan-verify --help", done.stderr)

    def test_missing_file(self):
        for pair in ((FOLDER / "nowhere.txt", CERTIFICATE), (MARKET, FOLDER / "nowhere.txt")):
            done = run(*pair)
            self.assertEqual(done.returncode, 4)
            self.assertIn("nowhere.txt", done.stderr)
            self.assertIn("try: ", done.stderr)

    def test_other_trouble(self):
        self.assertEqual(run(FOLDER, CERTIFICATE).returncode, 1)

    def test_reads_pipes(self):
        done = subprocess.run([APP, "/dev/stdin", str(CERTIFICATE)], input=MARKET.read_bytes(),
                              capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_links_only_the_exact_core(self):
        symbols = symbols_of(APP)
        self.assertIn("tongsuan::market::verify", symbols)
        for foreign in ("tongsuan::solver", "tongsuan::clearing", "tongsuan::lab", "tongsuan::cli",
                        "tongsuan::import"):
            self.assertFalse(foreign in symbols, foreign)

    # The program may bring threads; what it is made of neither has nor starts any.
    def test_the_exact_core_has_no_threads(self):
        self.assertEqual(len(LIBRARIES), 4)
        for library in LIBRARIES:
            symbols = symbols_of(library)
            self.assertIn("tongsuan::", symbols)
            for foreign in ("pthread_create", "std::thread", "std::jthread", "std::async"):
                self.assertFalse(foreign in symbols, f"{foreign} in {library}")

    def test_the_verdict_is_the_same_on_one_processor(self):
        one = {min(os.sched_getaffinity(0))}
        for name in [CERTIFICATE, *(FOLDER / f"{lie}.txt" for lie in LIES)]:
            arguments = [APP, "-ojson", str(MARKET), str(name)]
            alone = subprocess.run(arguments, capture_output=True,
                                   preexec_fn=lambda: os.sched_setaffinity(0, one))
            together = subprocess.run(arguments, capture_output=True)
            self.assertEqual((alone.returncode, alone.stdout),
                             (together.returncode, together.stdout))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
