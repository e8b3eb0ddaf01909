#!/usr/bin/env python3
"""tongsuan replay: mistakes, results that can be resumed, tables, the page, Ctrl-C."""
import csv
import io
import json
import re
import signal
import subprocess

from harness import TONGSUAN, CommandTest, environment, main, run

SMALL = ["replay", "national-week", "--jobs", "400", "--policy", "silo-easy,pool-value", "-q"]


def sorted_lines(path):
    return sorted(path.read_text(encoding="utf-8").splitlines())


class Mistakes(CommandTest):
    def test_each_says_what_to_try(self):
        for arguments, said in (([], "SCENARIO is missing"),
                                (["national-week", "--policy", "pool-valu"], "pool-valu"),
                                (["national-week", "--policy", ","], "--policy"),
                                (["national-week", "--reference", "best"], "best"),
                                (["national-week", "--load", "5"], '"5"'),
                                (["national-week", "--load", "0.905"], '"0.905"'),
                                (["national-week", "--load", "-0.9"], '"-0.9"'),
                                (["national-week", "--load", "0.9,"], None),
                                (["national-week", "--load", ","], "--load"),
                                (["national-week", "--without", "link"], "link"),
                                (["national-week", "--without", "nothing,links"], "nothing,links"),
                                (["national-week", "--without", ""], "--without"),
                                (["national-week", "--round", "10s"], "60 to 86400"),
                                (["national-week", "--certify", "30s"], "--certify"),
                                (["national-week", "--certify", "-1"], "--certify"),
                                (["national-week", "--slot", "1w"], "1w"),
                                (["national-week", "--horizon", "1h"], "--horizon"),
                                (["national-week", "--green-charge", "-1"], "--green-charge"),
                                (["national-week", "--seeds", "0"], "--seeds"),
                                (["national-week", "--threads", "0"], "--threads"),
                                (["national-week", "--resume"], "--results FILE"),
                                (["national-week", "--results", "-", "--resume"], "--results FILE"),
                                (["national-week", "--results", "-", "-o", "-"], "standard output"),
                                (["national-week", "--seeds", "10000", "--load", "0.5,0.6"],
                                 "140000 runs")):
            if said is None:  # a comma at the end is nobody's mistake
                continue
            done = run("replay", *arguments)
            self.assert_failure(done, 2, "usage")
            self.assertIn(said, done.stderr)
            self.assertTrue(self.try_line(done).startswith("tongsuan replay"), done.stderr)
            self.assertNotIn("SCENARIO ", self.try_line(done))

    def test_a_slip_is_put_right(self):
        done = run("replay", "national-week", "--policy", "markt")
        self.assertEqual(self.try_line(done), "tongsuan replay national-week --policy market")
        done = run("replay", "national-wek")
        self.assert_failure(done, 4, "scenario-not-found")
        self.assertEqual(self.try_line(done), "tongsuan replay national-week")

    def test_outputs_that_exist(self):
        kept = self.folder / "kept"
        kept.write_text("mine", encoding="utf-8")
        self.assert_failure(run(*SMALL, "-o", kept), 8, "output-exists")
        self.assert_failure(run(*SMALL, "--results", kept), 8, "output-exists")
        self.assertEqual(kept.read_text(encoding="utf-8"), "mine")
        self.assert_failure(run(*SMALL, "-o", self.folder / "no" / "page"), 4, "folder-not-found")

    def test_list(self):
        for language, word in (("en", "policies"), ("zh", "策略")):
            said = self.run_ok("replay", "--list", "--lang", language).stdout
            for name in ("national-week", "silo-fifo", "pool-value", "market", word):
                self.assertIn(name, said)


class Tables(CommandTest):
    def test_people(self):
        said = self.run_ok(*SMALL, "--seeds", "2").stdout
        self.assertIn("national-week · load 90 % · 2 seed(s)", said)
        self.assertRegex(said, r"utilisation +% +[\d.]+ ±[\d.]+")
        self.assertIn("silo-easy − pool-value", said)
        one = self.run_ok(*SMALL).stdout
        self.assertIn("one seed", one)
        self.assertNotIn("±", one)
        self.assertIn("利用率", self.run_ok(*SMALL, "--lang", "zh").stdout)
        self.assertGreater(len(self.run_ok(*SMALL, "--format", "wide").stdout), len(one))

    def test_programs(self):
        rows = list(csv.DictReader(io.StringIO(
            self.run_ok(*SMALL, "--seeds", "2", "--load", "60%,0.9", "--format", "csv").stdout)))
        self.assertEqual({row["load_percent"] for row in rows}, {"60", "90"})
        self.assertEqual({row["policy"] for row in rows}, {"silo-easy", "pool-value"})
        said = json.loads(self.run_ok(*SMALL, "--format", "json").stdout)
        use = [row for row in said if row["metric"] == "utilisation"]
        self.assertEqual(len(use), 2)
        self.assertTrue(all(0 < row["mean"] < 100 and row["half_width"] is None for row in use))

    def test_worlds(self):
        rows = list(csv.DictReader(io.StringIO(
            self.run_ok(*SMALL, "--without", "nothing", "--without", "links,power",
                        "--format", "csv").stdout)))
        self.assertEqual({row["without"] for row in rows}, {"nothing", "links,power"})

    def test_page(self):
        page = self.folder / "week.html"
        done = self.run_ok(*SMALL[:-1], "--seeds", "2", "-o", page)
        self.assertIn(f"report: {page}", done.stderr)
        self.assertIn("processor time by policy", done.stderr)
        text = page.read_text(encoding="utf-8")
        self.assertIn("tongsuan replay national-week --policy silo-easy,pool-value", text)
        self.assertNotRegex(text, r'https?://|src="|@import')
        self.assertEqual(self.run_ok(*SMALL, "--seeds", "2", "-o", "-").stdout, text)


class Results(CommandTest):
    def setUp(self):
        super().setUp()
        self.results = self.folder / "runs.jsonl"
        self.whole = self.folder / "whole.jsonl"
        self.command = [*SMALL, "--seeds", "3"]
        self.said = self.run_ok(*self.command, "--results", self.whole).stdout

    def resume(self, *more):
        command = [word for word in self.command if word != "-q"]
        return self.run_ok(*command, "--results", self.results, "--resume", *more)

    def test_lines(self):
        lines = self.whole.read_text(encoding="utf-8").splitlines()
        self.assertEqual(len(lines), 6)
        keys = [json.loads(line) for line in lines]
        self.assertEqual({(key["policy"], key["seed"]) for key in keys},
                         {(policy, seed) for policy in ("silo-easy", "pool-value") for seed in (1, 2, 3)})
        self.assertNotIn("cpu", lines[0])
        self.assertEqual(sorted(self.run_ok(*self.command, "--results", "-").stdout.splitlines()),
                         sorted(lines))

    def test_threads_change_nothing(self):
        self.run_ok(*self.command, "--threads", "4", "--results", self.results)
        self.assertEqual(sorted_lines(self.results), sorted_lines(self.whole))

    def test_a_complete_file_runs_nothing(self):
        self.results.write_bytes(self.whole.read_bytes())
        done = self.resume()
        self.assertIn("6 run(s) are there already, 0 to go", done.stderr)
        self.assertEqual(done.stdout, self.said)
        self.assertEqual(self.results.read_bytes(), self.whole.read_bytes())

    def test_a_torn_line_is_done_again(self):
        self.results.write_bytes(self.whole.read_bytes()[:-500])
        done = self.resume()
        self.assertIn("the last line has no end", done.stderr)
        self.assertIn("5 run(s) are there already, 1 to go", done.stderr)
        self.assertEqual(done.stdout, self.said)
        self.assertEqual(sorted_lines(self.results), sorted_lines(self.whole))

    def test_no_file_yet(self):
        self.assertIn("0 run(s) are there already, 6 to go", self.resume().stderr)
        self.assertEqual(sorted_lines(self.results), sorted_lines(self.whole))

    def test_more_seeds(self):
        self.results.write_bytes(self.whole.read_bytes())
        self.assertIn("6 run(s) are there already, 2 to go", self.resume("--seeds", "4").stderr)

    def test_another_experiment(self):
        self.results.write_bytes(self.whole.read_bytes())
        for change, said in ((["--round", "5m"], "round=900"),
                             (["--certify", "0"], "certify=21600"), (["--jobs", "300"], "jobs=400")):
            done = run(*self.command, *change, "--results", self.results, "--resume")
            self.assert_failure(done, 8, "other-results")
            self.assertIn(said, done.stderr)
        text = self.whole.read_text(encoding="utf-8")
        self.results.write_text(re.sub(r'"scenario_sha256":"....', '"scenario_sha256":"0000', text),
                                encoding="utf-8")
        done = run(*self.command, "--results", self.results, "--resume")
        self.assert_failure(done, 8, "other-results")
        self.assertIn("sha256 0000", done.stderr)

    def test_something_else(self):
        for text in ("tongsuan-market 1\n", "{}\n", "\n"):
            self.results.write_text(text, encoding="utf-8")
            done = run(*self.command, "--results", self.results, "--resume")
            self.assert_failure(done, 5, "invalid-results")
            self.assertIn("line 1", done.stderr)
            self.assertEqual(self.results.read_text(encoding="utf-8"), text)


class Interrupt(CommandTest):
    COMMAND = ["replay", "national-week", "--jobs", "2000", "--policy", "silo-easy,pool-value",
               "--seeds", "200", "--threads", "2"]

    def test_ended_runs_are_kept(self):
        results = self.folder / "runs.jsonl"
        process = subprocess.Popen([TONGSUAN, *self.COMMAND, "--results", str(results), "-o",
                                    str(self.folder / "page.html")], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=environment(), encoding="utf-8")
        self.addCleanup(lambda: process.poll() is None and process.kill())
        for line in process.stderr:
            if line.startswith("replays 3/"):
                break
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=240)
        self.assertEqual(process.returncode, 130, err)
        self.assertIn("keeping the runs that have ended", err)
        self.assertIn("--resume", err)
        self.assertIn("national-week · load 90 %", out)
        self.assertFalse((self.folder / "page.html").exists())
        kept = results.read_text(encoding="utf-8")
        self.assertTrue(kept.endswith("\n"))
        count = kept.count("\n")
        self.assertGreaterEqual(count, 3)
        self.assertLess(count, 400)
        done = self.run_ok(*self.COMMAND, "--seeds", "3", "--results", results, "--resume")
        self.assertIn("are there already", done.stderr)


if __name__ == "__main__":
    main()
