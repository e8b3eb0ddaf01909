#!/usr/bin/env python3
"""The command line itself: help, versions, languages, mistakes and their suggestions."""
import json
import os
import shlex
import subprocess

from harness import TONGSUAN, CommandTest, main, run

COMMANDS = ["clear", "verify", "why", "quote", "show", "generate", "import", "replay",
            "completion", "help", "version"]


class Help(CommandTest):
    def test_overview(self):
        for arguments in (["--help"], ["-h"], ["help"], ["help", "tongsuan"]):
            done = self.run_ok(*arguments)
            self.assertTrue(done.stdout.startswith("usage: tongsuan COMMAND"), arguments)
            for command in COMMANDS:
                self.assertIn(f"\n  {command} ", done.stdout)
            self.assertEqual(done.stderr, "")

    def test_every_command(self):
        for command in COMMANDS:
            done = self.run_ok(command, "--help")
            self.assertTrue(done.stdout.startswith(f"usage: tongsuan {command} ["), command)
            self.assertIn("exit status:", done.stdout)
            self.assertEqual(done.stdout, self.run_ok("help", command).stdout)
            self.assertEqual(done.stdout, self.run_ok("--help", command).stdout)
            self.assertEqual(done.stderr, "")
            if command != "version":
                self.assertIn("examples:\n  ", done.stdout)
            self.assertLessEqual(max(map(len, done.stdout.splitlines())), 110)

    def test_help_needs_no_arguments_to_be_right(self):
        self.run_ok("clear", "--help", "a", "b", "c")

    def test_chinese(self):
        for command in COMMANDS:
            done = self.run_ok(command, "--help", "--lang", "zh")
            self.assertTrue(done.stdout.startswith("用法：tongsuan"), command)
            self.assertIn("退出码：", done.stdout)

    def test_version(self):
        for arguments in (["--version"], ["version"], ["clear", "--version"]):
            self.assertRegex(self.run_ok(*arguments).stdout, r"^tongsuan \d+\.\d+\.\d+\n$")

    def test_no_such_page(self):
        done = run("help", "claer")
        self.assert_failure(done, 4, "no-such-page")
        self.assertEqual(self.try_line(done), "tongsuan help clear")


class Language(CommandTest):
    def test_from_locale(self):
        for changes, chinese in (({"LC_ALL": "zh_CN.UTF-8"}, True),
                                 ({"LC_ALL": None, "LC_MESSAGES": "zh_CN.UTF-8"}, True),
                                 ({"LC_ALL": None, "LANG": "zh_TW"}, True),
                                 ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, False),
                                 ({"LC_ALL": "fr_FR.UTF-8"}, False),
                                 ({"LC_ALL": "zh_CN", "TONGSUAN_LANG": "en"}, False),
                                 ({"TONGSUAN_LANG": "zh"}, True)):
            done = run("--help", **changes)
            self.assertEqual("用法" in done.stdout, chinese, changes)

    def test_option_wins(self):
        self.assertIn("用法", run("--help", "--lang=zh", TONGSUAN_LANG="en").stdout)
        self.assertIn("usage", run("--lang", "en", "--help", LC_ALL="zh_CN").stdout)
        self.assertIn("用法", run("--lang", "zh", "clear", "--help").stdout)

    def test_errors_too(self):
        done = run("clear", self.folder / "none.market", "--lang", "zh")
        self.assertEqual(done.returncode, 4)
        self.assertIn("没有这个文件", done.stderr)
        self.assertIn("[file-not-found]", done.stderr)
        self.assertIn("建议: ", done.stderr)

    def test_bad_values(self):
        self.assert_failure(run("clear", "--lang", "fr", self.market), 2, "usage")
        done = run("--help", TONGSUAN_LANG="klingon")
        self.assert_failure(done, 3, "bad-environment")
        self.assertIn("klingon", done.stderr)


class Mistakes(CommandTest):
    def test_nothing_to_do(self):
        done = run()
        self.assert_failure(done, 2, "usage")
        self.assertEqual(self.try_line(done), "tongsuan help")

    def test_unknown_command(self):
        done = run("cleer", "week.market", "--report", "a b.html")
        self.assert_failure(done, 2, "usage")
        self.assertEqual(self.try_line(done), "tongsuan clear week.market --report 'a b.html'")
        done = run("frobnicate")
        self.assert_failure(done, 2, "usage")
        self.assertEqual(self.try_line(done), "tongsuan help")

    def test_unknown_option_is_corrected(self):
        done = run("clear", self.market, "--certifcate=x.cert")
        self.assert_failure(done, 2, "usage")
        self.assertIn("did you mean --certificate?", done.stderr)
        words = shlex.split(self.try_line(done))
        self.assertEqual(words, ["tongsuan", "clear", str(self.market), "--certificate=x.cert"])
        self.assertEqual(subprocess.run([TONGSUAN, *words[1:]], cwd=self.folder,
                                        capture_output=True).returncode, 0)

    def test_unknown_option_without_likeness(self):
        for option in ("--zzzzzz", "-Z"):
            done = run("clear", self.market, option)
            self.assert_failure(done, 2, "usage")
            self.assertEqual(self.try_line(done), "tongsuan clear --help")

    def test_the_hidden_option_is_not_suggested(self):
        self.assertNotIn("did you mean", run("help", "--manx").stderr)
        self.assertNotIn("--man", run("help", "--help").stdout)

    def test_values(self):
        for arguments in (["clear"], ["clear", self.market, "extra"], ["clear", ""],
                          ["clear", self.market, "--threads"], ["clear", self.market, "--threads", "0"],
                          ["clear", self.market, "--threads", "x"], ["clear", self.market, "--work", "0"],
                          ["clear", self.market, "--seed", "-1"], ["clear", self.market, "--seed", "1.5"],
                          ["clear", self.market, "--before=1"], ["clear", self.market, "-o", "xml"],
                          ["clear", self.market, "--report", ""], ["clear", "-"],
                          ["clear", self.market, "--warm", "only-one"],
                          ["clear", self.market, "-c", "-", "-o", "json"],
                          ["verify", self.market], ["verify", "-", "-"], ["why", self.market, "c"],
                          ["generate"], ["generate", "local"], ["generate", "national", "--orders", "0"],
                          ["import", "philly"], ["import", "mars", "--data", "."],
                          ["import", "italy", "--data", "."], ["import", "clearing-case", "--data", "."],
                          ["import", "italy", "--data", ".", "--day", "2025-04-01", "--orders", "5"],
                          ["completion"], ["completion", "tcsh"], ["version", "now"]):
            done = run(*arguments)
            self.assert_failure(done, 2, "usage")
            self.assertIn("try: tongsuan", done.stderr, arguments)

    def test_a_choice_is_corrected(self):
        done = run("show", self.market, "orders", "-o", "jsn")
        self.assert_failure(done, 2, "usage")
        self.assertEqual(self.try_line(done), f"tongsuan show {self.market} orders -o json")
        done = run("show", self.market, "orders", "-ojsn")
        self.assertEqual(self.try_line(done), f"tongsuan show {self.market} orders -ojson")

    def test_spellings_of_a_value(self):
        for spelling in (["-o", "json"], ["-ojson"], ["-o=json"], ["--output", "json"],
                         ["--output=json"]):
            json.loads(self.run_ok("show", self.market, "hubs", *spelling).stdout)
        self.assertEqual(len(self.run_ok("show", "-n", "1", "-n", "2", "-o", "jsonl", self.market,
                                         "orders").stdout.splitlines()), 2)

    def test_end_of_options(self):
        (self.folder / "-odd").write_bytes(self.market.read_bytes())
        self.run_ok("show", "--", "-odd", cwd=self.folder)

    def test_bad_environment(self):
        for value in ("0", "many", "9999", "-2"):
            done = run("clear", self.market, TONGSUAN_THREADS=value)
            self.assert_failure(done, 3, "bad-environment")
            self.assertIn(f'"{value}"', done.stderr)
        self.run_ok("clear", self.market, "-q", TONGSUAN_THREADS="2")


class Streams(CommandTest):
    def test_unwritable_standard_output(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([TONGSUAN, "show", str(self.market), "orders"], stdout=full,
                                  stderr=subprocess.PIPE, encoding="utf-8",
                                  env={"PATH": os.environ["PATH"], "LC_ALL": "C"})
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot write to standard output: no space left [write-failed]", done.stderr)

    def test_a_reader_that_goes_away_is_no_error(self):
        market = self.folder / "more.market"
        self.run_ok("generate", "national", "--orders", "3000", "-o", market, "-q")
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run([TONGSUAN, "show", str(market), "orders", "-o", "csv"], stdout=writer,
                              stderr=subprocess.PIPE, encoding="utf-8")
        os.close(writer)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    main()
