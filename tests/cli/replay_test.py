#!/usr/bin/env python3
"""tongsuan replay: mistakes, results that can be resumed, tables, the page, traces of users, Ctrl-C."""
import csv
import gzip
import io
import json
import pathlib
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
                                (["national-week", "--fairness", "101"], "--fairness"),
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
                             (["--certify", "0"], "certify=21600"),
                             (["--fairness", "0"], "fairness=50"),
                             (["--stop-overruns"], "fairness=50"), (["--jobs", "300"], "jobs=400")):
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


class OwnTrace(CommandTest):
    HEAD = "name,submit_s,duration_s,gang,tenant,home,estimate_s,classes\n"
    ROWS = ["a,0,3600,8,nlp,north,7200,H100", "b,60,1800,16,cv,south,3600,A800",
            "c,7200,3600,8,nlp,north,3600,H100"]
    POOLS = "pool.north.H100 2x8\npool.south.A800 2x8\n"

    def write(self, *rows, keys=POOLS, trace="jobs.csv"):
        (self.folder / "jobs.csv").write_text(self.HEAD + "\n".join([*self.ROWS, *rows]) + "\n",
                                              encoding="utf-8")
        (self.folder / "my.scenario").write_text(
            f"scenario mine 1\nworld trace\ntrace {trace}\n{keys}", encoding="utf-8")

    def replay(self, *arguments, file="my.scenario"):
        return run("replay", file, "--policy", "silo-easy,pool-value", *arguments, cwd=self.folder)

    def replay_ok(self, *arguments, **options):
        done = self.replay(*arguments, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def test_devices_as_written(self):
        self.write()
        said = self.replay_ok("-q")
        self.assertIn("mine · load 3 %", said.stdout)
        self.assertEqual(said.stderr, "")
        rows = csv.DictReader(io.StringIO(
            self.replay_ok("-q", "--load", "0.1,0.2", "--format", "csv").stdout))
        self.assertEqual({row["load_percent"] for row in rows}, {"10", "20"})

    def test_a_trace_alone(self):
        self.write()
        said = self.replay_ok(file="jobs.csv")
        self.assertIn("jobs · load 90 %", said.stdout)
        lines = said.stderr.splitlines()
        at = lines.index("scenario jobs 1")
        self.assertIn("assumed, for a load of 90 %", lines[at - 1])
        (self.folder / "jobs.scenario").write_text("\n".join(lines[at:at + 5]) + "\n",
                                                   encoding="utf-8")
        self.assertEqual(lines[at + 1:at + 5], ["world trace", "trace jobs.csv",
                                                "pool.north.H100 1x8", "pool.south.A800 2x8"])
        self.replay_ok("-q", file="jobs.scenario")

    def test_faults_are_named_and_lenient_reading_offered(self):
        for row, said in (("d,-5,60,8,,,,", "column submit_s: must be from 0"),
                          ("d,9000,60,8,,,,TPU", "must be one of A800, H100: 'TPU'"),
                          ("d,9000,60,17,,,,", "must be at most 16, what the largest hub has"),
                          ("a,9000,60,8,,,,", "names a row that was listed before: 'a'"),
                          ("d,9000,1h,8,,,,", "column duration_s: must be a whole number: '1h'"),
                          ("d,9000,60,8", "must have 8 fields like the header"),
                          ("d,9000,60,8,,west,,", "must be one of north, south: 'west'")):
            self.write(row)
            done = self.replay()
            self.assert_failure(done, 5, "trace-refused")
            self.assertIn("jobs.csv, line 5", done.stderr)
            self.assertIn(said, done.stderr)
            self.assertIn("4 records: 3 kept, 1 dropped: 1 ", done.stderr)
            self.assertEqual(self.try_line(done), "tongsuan replay my.scenario --lenient")
            lenient = self.replay_ok("--lenient", "-q")
            self.assertIn("jobs.csv: 4 records: 3 kept, 1 dropped: 1 ", lenient.stderr)
            self.assertIn("(line 5)", lenient.stderr)

    def test_what_cannot_be_read_at_all(self):
        self.write()
        packed = gzip.compress((self.folder / "jobs.csv").read_bytes())
        (self.folder / "cut.csv.gz").write_bytes(packed[:-10])
        (self.folder / "empty.csv").write_text("", encoding="utf-8")
        (self.folder / "none.csv").write_text(self.HEAD, encoding="utf-8")
        (self.folder / "bare.csv").write_text("name,submit_s\na,0\n", encoding="utf-8")
        (self.folder / "ms.csv").write_text(
            self.HEAD + "".join(f"{i},{i},36000000,8,,,,\n" for i in range(12)), encoding="utf-8")
        (self.folder / "epoch.csv").write_text(
            self.HEAD + "".join(f"{i},{i + 1700000000},3600,8,,,,\n" for i in range(12)),
            encoding="utf-8")
        (self.folder / "broken.swf").write_text("; MaxProcs: 8\n1 2 3\n", encoding="utf-8")
        for file, said, attempt in (
                ("cut.csv.gz", "cut.csv.gz: gzip data end too early after", ""),
                ("empty.csv", "empty.csv: is empty", "a line of columns"),
                ("none.csv", "none.csv: no jobs", "at least one record"),
                ("bare.csv", "bare.csv, line 1: ", ""),
                ("ms.csv", "ms.csv, line 7, column duration_s", "divide milliseconds by 1000"),
                ("epoch.csv", "epoch.csv, line 2, column submit_s", "subtract the first one"),
                ("broken.swf", "broken.swf, line 2: must have 18 numbers", "")):
            for command in (file, "my.scenario"):
                self.write(trace=file)
                done = self.replay("--lenient", file=command) if file != "broken.swf" else \
                    self.replay(file=command)
                self.assert_failure(done, 5, "trace-refused")
                self.assertIn(said, done.stderr)
                self.assertIn(attempt, self.try_line(done))
        self.write(trace="nowhere.csv")
        done = self.replay()
        self.assert_failure(done, 4, "trace-not-found")
        self.assertIn("nowhere.csv: cannot open", done.stderr)
        self.assert_failure(self.replay(file="nowhere.csv"), 4, "scenario-not-found")

    def test_a_scenario_that_is_wrong(self):
        self.write(keys="pool.north.H100 2*8\n")
        done = self.replay()
        self.assert_failure(done, 5, "scenario-refused")
        self.assertIn("my.scenario:4: 'pool.north.H100' has the value '2*8'", done.stderr)
        done = run("replay", "national-week", "--lenient")
        self.assert_failure(done, 2, "usage")
        self.assertEqual(self.try_line(done), "tongsuan replay national-week")

    def test_the_page_and_results_say_what_was_dropped(self):
        self.write("d,-5,60,8,,,,")
        self.replay_ok("--lenient", "-q", "-o", "page.html", "--results", "runs.jsonl")
        page = (self.folder / "page.html").read_text(encoding="utf-8")
        self.assertIn("4 records: 3 kept, 1 dropped: 1 with a negative submit_s (line 5)", page)
        self.assertIn("tongsuan replay my.scenario --policy silo-easy,pool-value --seeds 1", page)
        self.assertIn(" --lenient", page)
        for line in (self.folder / "runs.jsonl").read_text(encoding="utf-8").splitlines():
            self.assertRegex(json.loads(line)["options"],
                             r" trace=[0-9a-f]{64} records=4 dropped=1 changed=0$")

    def test_resuming_notices_another_trace(self):
        self.write()
        once = self.replay_ok("-q", "--results", "runs.jsonl").stdout
        again = self.replay_ok("--results", "runs.jsonl", "--resume")
        self.assertIn("2 run(s) are there already, 0 to go", again.stderr)
        self.assertEqual(again.stdout, once)
        self.write("d,9000,60,8,,,,")
        done = self.replay("--results", "runs.jsonl", "--resume")
        self.assert_failure(done, 8, "other-results")
        self.assertRegex(done.stderr, "trace=[0-9a-f]{64} records=3.* trace=[0-9a-f]{64} records=4")

    def test_a_log(self):
        line = "{} {} 0 {} 4 -1 -1 4 {} -1 1 7 1 -1 1 -1 -1 -1\n"
        (self.folder / "log.swf.gz").write_bytes(gzip.compress((
            "; MaxProcs: 8\n" + "".join(line.format(i, i * 900, 1800, 3600) for i in range(1, 50))
            + line.format(50, 45000, 5400, 3600)).encode()))
        done = self.replay(file="log.swf.gz")
        self.assert_failure(done, 5, "trace-refused")
        self.assertIn("log.swf.gz, line 51, column requested time", done.stderr)
        said = self.replay_ok("--lenient", file="log.swf.gz")
        self.assertIn("changed: 1 that ran longer than was asked for, cut to the requested time "
                      "(line 51)", said.stderr)
        self.assertIn("log · load 53 %", said.stdout)


    def test_the_how_to(self):
        # Every command of it that needs nothing but the repository, and what it is said to print.
        root = pathlib.Path(__file__).resolve().parents[2]
        text = (root / "docs" / "replay.md").read_text(encoding="utf-8")
        section = text.split("## Your own trace\n")[1].split("\n## ")[0]
        shown = {}
        for block in re.findall(r"```text\n(.*?)```", section, re.DOTALL):
            for part in block.split("$ ")[1:]:
                command, *lines = part.splitlines()
                shown[command] = [line for line in lines if "±" not in line and line != "…"]
        commands = [command for command in shown if "tongsuan replay docs/examples" in command]
        self.assertEqual(len(commands), 3)
        for command in commands:
            done = self.run_ok(*command.split()[1:], cwd=root)
            for line in shown[command]:
                self.assertIn(line + "\n", done.stdout + done.stderr)
        example = (root / "docs/examples/two-hubs.scenario").read_text(encoding="utf-8")
        self.assertEqual(shown["cat docs/examples/two-hubs.scenario"], example.splitlines())


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
            # Not every number is told: a quick machine has several between two lines.
            told = re.match(r"replays (\d+)/", line)
            if told and int(told[1]) >= 3:
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
