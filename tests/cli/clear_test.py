#!/usr/bin/env python3
"""clear and verify: files, formats, conflicts, faults and tampering."""
import json
import os
import re
import stat
import subprocess

from harness import TINY, TONGSUAN, CommandTest, environment, main, run


class Clear(CommandTest):
    def test_writes_a_certificate_that_others_accept(self):
        done = self.run_ok("clear", self.market)
        self.assertIn("east", done.stdout)
        self.assertIn(f"certificate: {self.certificate}", done.stderr)
        self.assertIn("verified", self.run_ok("verify", self.market, self.certificate).stdout)

    def test_names_an_order_to_ask_about(self):
        done = self.run_ok("clear", self.market)
        command = self.try_line(done).split()
        self.assertEqual(command[:2], ["tongsuan", "why"])
        self.assertIn("was NOT placed", self.run_ok(*command[1:]).stdout)

    def test_a_curve_before_it_does_not_hide_the_order_to_ask_about(self):
        self.market.write_text(TINY.replace("end 12", "curve aa account=lab hub=east class=H100 steps=1@1\nend 13"))
        done = self.run_ok("clear", self.market)
        self.assertIn("2 order(s) were not placed", done.stderr)
        self.assertEqual(self.try_line(done).split()[-1], "huge")

    def test_json_is_one_document(self):
        done = self.run_ok("clear", self.market, "-o", "json")
        document = json.loads(done.stdout)
        self.assertTrue(document["verified"])
        self.assertFalse(document["interrupted"])
        self.assertEqual(document["totals"]["orders"], 4)
        self.assertEqual(document["totals"]["placed"], 2)
        # first: 32 device-hours at (10 - 6), west-job: 8 at (9 - 5).
        self.assertEqual(document["totals"]["welfare"], "160 CNY")
        self.assertEqual(document["totals"]["deviceHoursUsed"], 40)
        self.assertEqual([hub["hub"] for hub in document["hubs"]], ["east", "west"])
        self.assertEqual(document["certificate"], str(self.certificate))

    def test_quiet(self):
        self.assertEqual(self.clear().stderr, "")

    def test_one_line_per_stage_without_a_terminal(self):
        lines = self.run_ok("clear", self.market).stderr.splitlines()
        self.assertIn("prices", lines)
        self.assertIn("placement", lines)
        self.assertEqual(len(lines), len(set(lines)))

    def test_same_bytes_for_any_thread_count(self):
        market = self.folder / "national.market"
        self.run_ok("generate", "national", "--orders", "200", "--seed", "3", "-o", market, "-q")
        texts = set()
        for threads in ("1", "2", "5"):
            path = self.folder / f"{threads}.cert"
            self.run_ok("clear", market, "-q", "-c", path, "--threads", threads, "--work", "200000")
            texts.add(path.read_bytes())
        self.assertEqual(len(texts), 1)

    def test_round_and_seed_are_in_the_certificate(self):
        self.clear("--round", "4182", "--seed", "7")
        verdict = json.loads(self.run_ok("verify", "-o", "json", self.market, self.certificate).stdout)
        self.assertEqual(verdict["round"], 4182)

    def test_pipes(self):
        made = self.run_ok("clear", "-", "-c", "-", "-q", stdin=TINY)
        self.assertTrue(made.stdout.startswith("tongsuan-certificate"))
        self.run_ok("verify", self.market, "-", stdin=made.stdout)
        self.assertEqual(os.listdir(self.folder), ["tiny.market"])

    def test_warm_start(self):
        self.clear()
        again = self.folder / "again.cert"
        self.run_ok("clear", self.market, "-q", "-c", again, "--warm", self.market, self.certificate)
        self.run_ok("verify", self.market, again)

    def test_warm_start_from_an_untrue_certificate(self):
        self.clear()
        self.certificate.write_text(tampered(self.certificate.read_text()))
        done = run("clear", self.market, "-c", self.folder / "x.cert", "--warm", self.market,
                   self.certificate)
        self.assertEqual(done.returncode, 10)
        self.assertFalse((self.folder / "x.cert").exists())

    def test_report_is_one_page(self):
        report = self.folder / "tiny.html"
        self.run_ok("clear", self.market, "--report", report, "--before")
        page = report.read_text(encoding="utf-8")
        self.assertIn("<html", page)
        self.assertNotIn("http-equiv=\"refresh\"", page)

    def test_before_is_in_the_document(self):
        document = json.loads(self.clear("--before", "-o", "json").stdout)
        self.assertEqual(document["before"]["orders"], 4)

    def test_chinese_table(self):
        done = self.run_ok("clear", self.market, "--lang", "zh")
        self.assertIn("利用率", done.stdout)
        self.assertIn("证书：", done.stderr)


class Files(CommandTest):
    def test_missing_market(self):
        done = run("clear", self.folder / "tiny.markt")
        self.assert_failure(done, 4, "file-not-found")
        self.assertIn("there is " + str(self.market), done.stderr)

    def test_market_is_a_folder(self):
        self.assert_failure(run("clear", self.folder, "-c", self.folder / "c"), 1, "read-failed")

    def test_faults_are_all_listed(self):
        broken = TINY.replace("gang=8", "gang=eight").replace("hubs=west", "hubs=wset")
        self.market.write_text(broken)
        done = run("clear", self.market)
        self.assert_failure(done, 5, "invalid-file")
        self.assertEqual(done.stderr.count("eight"), 2)
        self.assertIn("wset", done.stderr)
        self.assertIn("tiny.market:10:", done.stderr)
        self.assertFalse(self.certificate.exists())
        shown = subprocess.run(self.try_line(done), shell=True, capture_output=True, text=True)
        self.assertIn("order first", shown.stdout)

    def test_many_faults_are_all_listed(self):
        lines = "".join(f"order j{i} account=a gang=0 run=H100:1 limit=1\n" for i in range(60))
        self.market.write_text(TINY.replace("end 12\n", lines + "end 72\n"))
        done = run("clear", self.market)
        self.assert_failure(done, 5, "invalid-file")
        self.assertEqual(done.stderr.count("gang"), 60)

    def test_existing_output_is_a_conflict(self):
        self.clear()
        before = self.certificate.read_bytes()
        done = run("clear", self.market, "--seed", "9")
        self.assert_failure(done, 8, "output-exists")
        self.assertEqual(self.certificate.read_bytes(), before)
        self.clear("--force", "--seed", "9")
        self.assertNotEqual(self.certificate.read_bytes(), before)
        (self.folder / "r.html").write_text("mine")
        done = run("clear", self.market, "-c", self.folder / "n.cert", "--report", self.folder / "r.html")
        self.assert_failure(done, 8, "output-exists")
        self.assertFalse((self.folder / "n.cert").exists())

    def test_output_in_a_missing_folder(self):
        done = run("clear", self.market, "-c", self.folder / "none" / "c.cert")
        self.assert_failure(done, 4, "folder-not-found")
        self.assertEqual(self.try_line(done), f"mkdir -p {self.folder}/none")

    def test_output_is_a_folder(self):
        self.assert_failure(run("clear", self.market, "-c", self.folder), 1, "write-failed")

    def test_full_disk(self):
        self.assert_failure(run("clear", self.market, "-q", "-c", "/dev/full"), 1, "write-failed")

    def test_unwritable_folder(self):
        if os.geteuid() == 0:
            self.skipTest("the superuser may write everywhere")
        locked = self.folder / "locked"
        locked.mkdir(mode=0o500)
        self.assert_failure(run("clear", self.market, "-c", locked / "c"), 1, "write-failed")

    def test_nothing_is_left_behind(self):
        self.clear("--report", self.folder / "tiny.html")
        self.assertEqual(sorted(os.listdir(self.folder)), ["tiny.cert", "tiny.html", "tiny.market"])

    def test_mode_follows_the_mask(self):
        subprocess.run(f"umask 027; {TONGSUAN} clear {self.market} -q", shell=True, check=True,
                       env=environment(), capture_output=True)
        self.assertEqual(stat.S_IMODE(self.certificate.stat().st_mode), 0o640)


def tampered(certificate):
    """Another welfare, in a file that is otherwise well-formed."""
    before, found, after = certificate.partition("proof welfare=")
    assert found, certificate[:500]
    last = re.match(r"\d+", after).end() - 1
    return before + found + after[:last] + str((int(after[last]) + 1) % 10) + after[last + 1:]


class Verify(CommandTest):
    def test_like_the_stranger(self):
        self.clear()
        done = self.run_ok("verify", self.market, self.certificate)
        self.assertIn(": verified", done.stdout)
        verdict = json.loads(self.run_ok("verify", "-ojson", self.market, self.certificate).stdout)
        self.assertTrue(verdict["verified"])
        self.assertIn("通过验证", self.run_ok("verify", self.market, self.certificate, "--lang=zh").stdout)

    def test_tampering(self):
        self.clear()
        self.certificate.write_text(tampered(self.certificate.read_text()))
        done = run("verify", "-o", "json", self.market, self.certificate)
        self.assertEqual(done.returncode, 10)
        self.assertEqual(json.loads(done.stdout)["fault"], "welfare-mismatch")
        done = run("verify", self.market, self.certificate)
        self.assertEqual(done.returncode, 10)
        self.assertIn("welfare-mismatch", done.stdout)

    def test_another_book(self):
        self.clear()
        self.market.write_text(TINY.replace("limit=20", "limit=19"))
        done = run("verify", "-o", "json", self.market, self.certificate)
        self.assertEqual(done.returncode, 10)
        self.assertEqual(json.loads(done.stdout)["fault"], "root-mismatch")

    def test_unreadable_files_verify_nothing(self):
        self.clear()
        text = self.certificate.read_text()
        self.certificate.write_text(text[:len(text) // 2])
        done = run("verify", "-o", "json", self.market, self.certificate)
        self.assertEqual(done.returncode, 10)
        self.assertEqual(json.loads(done.stdout)["fault"], "unreadable-certificate")
        done = run("verify", self.certificate, self.certificate)
        self.assert_failure(done, 10, "unreadable-market")

    def test_missing(self):
        self.assert_failure(run("verify", self.market, self.certificate), 4, "file-not-found")

    def test_other_commands_trust_nothing_unverified(self):
        self.clear()
        self.certificate.write_text(tampered(self.certificate.read_text()))
        for arguments in (["why", self.market, self.certificate, "first"],
                          ["quote", self.market, self.certificate, "--from", "second"],
                          ["show", self.market, self.certificate, "awards"]):
            done = run(*arguments)
            self.assert_failure(done, 10, "welfare-mismatch")
            self.assertEqual(self.try_line(done), f"tongsuan verify {self.market} {self.certificate}")


if __name__ == "__main__":
    main()
