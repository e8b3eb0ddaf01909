#!/usr/bin/env python3
"""show, generate and import: listings in every format, and markets that are made."""
import csv
import io
import json
import pathlib
import sys

from harness import CommandTest, main, run

SHARED = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else pathlib.Path("/nonexistent")
OF_MARKET = ["hubs", "classes", "orders", "offers", "links", "zones", "lines"]
OF_ROUND = ["awards", "prices", "slots", "flows", "accounts"]


class Show(CommandTest):
    def test_summary(self):
        self.assertIn("tiny", self.run_ok("show", self.market).stdout)
        rows = json.loads(self.run_ok("show", self.market, "-o", "json").stdout)
        self.assertIn({"what": "orders", "value": "4"}, rows)
        self.clear()
        rows = json.loads(self.run_ok("show", self.market, self.certificate, "-o", "json").stdout)
        self.assertIn({"what": "awards", "value": "2"}, rows)

    def test_every_listing_in_every_format(self):
        self.clear()
        for listing in OF_MARKET + OF_ROUND:
            base = ["show", self.market, self.certificate, listing]
            document = json.loads(self.run_ok(*base, "-o", "json").stdout)
            lines = self.run_ok(*base, "-o", "jsonl").stdout.splitlines()
            self.assertEqual([json.loads(line) for line in lines], document)
            table = list(csv.DictReader(io.StringIO(self.run_ok(*base, "-o", "csv").stdout)))
            self.assertEqual(len(table), len(document))
            self.assertEqual(len(self.run_ok(*base, "-o", "table").stdout.splitlines()), len(document) + 1)
            self.run_ok(*base, "-o", "wide")
            self.run_ok(*base, "-o", "yaml", "--lang", "zh")

    def test_orders(self):
        rows = json.loads(self.run_ok("show", self.market, "orders", "-o", "json").stdout)
        first = {row["name"]: row for row in rows}["first"]
        self.assertEqual(first["limit"], "10 CNY")
        self.assertEqual(first["value"], "320 CNY")
        self.assertEqual(first["ends_at"], "2026-12-01T06:00:00+08:00")
        self.assertEqual(first["hubs"], "east")

    def test_awards_and_accounts_agree(self):
        self.clear()
        awards = json.loads(self.run_ok("show", self.market, self.certificate, "awards", "-ojson").stdout)
        accounts = json.loads(self.run_ok("show", self.market, self.certificate, "accounts", "-ojson").stdout)
        def money(text):
            number, currency = text.split()
            self.assertEqual(currency, "CNY")
            return float(number)
        paid = sum(money(row["payment"]) for row in awards)
        self.assertAlmostEqual(paid, sum(money(row["paid"]) for row in accounts))
        self.assertEqual({row["order"] for row in awards}, {"first", "west-job"})

    def test_slots_are_prices_by_the_row(self):
        self.clear()
        def rows(listing):
            return json.loads(self.run_ok("show", self.market, self.certificate, listing, "-o", "json").stdout)
        def micro(text):
            return round(float(text.split()[0]) * 1e6)
        prices = {(row["row"], row["slot"]): micro(row["price"]) for row in rows("prices")}
        slots = rows("slots")
        self.assertGreater(sum(row["awarded"] for row in slots), 0)
        for row in slots:
            self.assertEqual(micro(row["price"]), micro(row["capacity"]) + micro(row["power"]))
            self.assertEqual(micro(row["capacity"]), prices[f"capacity {row['hub']}/{row['class']}", row["slot"]])

    def test_columns_filter_sort_limit(self):
        def names(*options):
            done = self.run_ok("show", self.market, "orders", "-o", "csv", "--columns", "name", *options)
            return done.stdout.split()[1:]
        self.assertEqual(names("--filter", "gang=8"), ["first", "second"])
        self.assertEqual(names("--filter", "gang>=8", "--filter", "name~s", "--sort", "-limit"),
                         ["first", "second"])
        self.assertEqual(names("--sort", "-gang", "--limit", "2"), ["huge", "first"])
        self.assertEqual(names("--limit", "0"), [])

    def test_mistakes(self):
        for arguments in (["orders", "--columns", "nmae"], ["orders", "--sort", "-x"],
                          ["orders", "--filter", "x=1"], ["orders", "--filter", "gang"],
                          ["orders", "--filter", "gang>many"], ["awards"], ["c.cert", "award"]):
            self.assert_failure(run("show", self.market, *arguments), 2, "usage")
        done = run("show", self.market, "awards")
        self.assertEqual(self.try_line(done), f"tongsuan show {self.market} CERT awards")
        done = run("show", self.market, self.certificate, "award")
        self.assertEqual(self.try_line(done), f"tongsuan show {self.market} {self.certificate} awards")
        self.assert_failure(run("show", self.folder / "no.market", "orders"), 4, "file-not-found")

    def test_chinese(self):
        done = self.run_ok("show", self.market, "hubs", "--lang", "zh")
        self.assertIn("东部", done.stdout)
        self.assertIn("名称", done.stdout)


class Generate(CommandTest):
    def test_to_a_file_and_to_a_pipe(self):
        path = self.folder / "n.market"
        done = self.run_ok("generate", "national", "--orders", "50", "--seed", "5", "-o", path)
        self.assertEqual(done.stdout, "")
        self.assertEqual(self.try_line(done), f"tongsuan clear {path}")
        piped = self.run_ok("generate", "national", "--orders", "50", "--seed", "5")
        self.assertEqual(piped.stdout, path.read_text(encoding="utf-8"))
        self.assertEqual(piped.stderr, "")
        other = self.run_ok("generate", "national", "--orders", "50", "--seed", "6")
        self.assertNotEqual(piped.stdout, other.stdout)
        rows = json.loads(self.run_ok("show", "-", "-ojson", stdin=piped.stdout).stdout)
        self.assertIn({"what": "orders", "value": "50"}, rows)

    def test_conflict(self):
        self.assert_failure(run("generate", "national", "-o", self.market), 8, "output-exists")
        self.run_ok("generate", "national", "--orders", "20", "-o", self.market, "--force")

    def test_out_of_range(self):
        self.assert_failure(run("generate", "national", "--orders", "20", "--slots", "2"), 2, "usage")


class Import(CommandTest):
    def data(self, name):
        folder = SHARED / "data" / name
        if not folder.is_dir():
            self.skipTest(f"{name} is not there")
        return folder

    def counts(self, *arguments):
        path = self.folder / "imported.market"
        self.run_ok("import", *arguments, "-o", path, "-q")
        rows = json.loads(self.run_ok("show", path, "-ojson").stdout)
        return {row["what"]: row["value"] for row in rows}

    def test_missing_folder(self):
        done = run("import", "philly", "--data", self.folder / "none")
        self.assert_failure(done, 4, "folder-not-found")

    def test_missing_files(self):
        done = run("import", "philly", "--data", self.folder)
        self.assert_failure(done, 4, "data-not-found")

    def test_italy(self):
        folder = self.data("italy_mgp")
        counts = self.counts("italy", "--data", folder, "--day", "2025-04-01")
        self.assertEqual((counts["zones"], counts["currency"]), ("7", "EUR"))
        done = run("import", "italy", "--data", folder, "--day", "1999-01-01")
        self.assert_failure(done, 4, "day-not-found")

    def test_clearing_case(self):
        counts = self.counts("clearing-case", "--data", self.data("clearing_cases"), "--case", "j1k")
        self.assertEqual(counts["orders"], "1000")
        done = run("import", "clearing-case", "--data", self.data("clearing_cases"), "--case", "j9")
        self.assert_failure(done, 4, "data-not-found")

    def test_traces(self):
        for source, folder in (("philly", "jobs_philly"), ("pai100k", "jobs_pai100k"),
                               ("openb", "jobs_openb")):
            counts = self.counts(source, "--data", self.data(folder), "--orders", "50", "--force")
            self.assertEqual(counts["orders"], "50")


if __name__ == "__main__":
    main()
