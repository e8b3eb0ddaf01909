#!/usr/bin/env python3
"""why and quote: the tiny market is small enough to know every answer."""
import json
import shlex
import subprocess

from harness import TINY, TONGSUAN, CommandTest, main, run


class Answers(CommandTest):
    def setUp(self):
        super().setUp()
        self.clear()

    def why(self, order, *options):
        return self.run_ok("why", self.market, self.certificate, order, *options).stdout

    def why_json(self, order, *options):
        return json.loads(self.why(order, "-o", "json", *options))

    def quote(self, *options):
        return run("quote", self.market, self.certificate, *options)

    def test_placed(self):
        text = self.why("west-job")
        self.assertIn("west-job was placed in round 1", text)
        self.assertIn("4 × H100, 2 slots", text)
        answer = self.why_json("west-job")
        self.assertTrue(answer["placed"])
        self.assertEqual(answer["award"]["hub"], "west")
        self.assertEqual(answer["award"]["class"], "H100")
        self.assertEqual(answer["award"]["startsAt"], "2026-12-01T00:00:00+08:00")
        self.assertEqual(answer["award"]["endSlot"] - answer["award"]["startSlot"], 2)

    def test_not_placed(self):
        answer = self.why_json("second")
        self.assertFalse(answer["placed"])
        self.assertIn(answer["reason"], ("OUTBID", "PARADOXICALLY_REJECTED"))
        self.assertIsNone(answer["award"])
        changes = [change["change"] for change in answer["changes"]]
        self.assertIn("--window 0..8", changes)
        self.assertEqual(answer["changes"][0]["extraCost"], "0 CNY")

    def test_the_table_of_hubs(self):
        text = self.why("second")
        self.assertIn("second was NOT placed in round 1:", text)
        self.assertRegex(text, r"\n  hub +start +clearing +your limit +short by +binding row\n")
        self.assertRegex(text, r"\n  east +12-01 \d\d:00 +\d+\.\d\d +9\.00 ")
        self.assertIn("\n  1. --", text)

    def test_the_try_line_works(self):
        text = self.why("second")
        command = shlex.split(text.splitlines()[-1].removeprefix("try: "))
        self.assertEqual(command[:2], ["tongsuan", "quote"])
        done = subprocess.run([TONGSUAN, *command[1:]], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("would be placed (indicative", done.stdout)

    def test_every_change_works_as_a_quote(self):
        for change in self.why_json("second")["changes"]:
            done = self.quote("--from", "second", *shlex.split(change["change"]), "-o", "json")
            self.assertEqual(done.returncode, 0, change)
            self.assertEqual(json.loads(done.stdout)["award"]["payment"], change["payment"], change)

    def test_a_structural_reason(self):
        self.assertEqual(self.why_json("huge")["reason"], "GANG_TOO_LARGE")
        self.assertIn("No hub has that many devices at once", self.why("huge"))
        self.assertIn("没有枢纽同时拥有这么多设备", self.why("huge", "--lang", "zh"))

    def test_an_order_of_explicit_options(self):
        self.market.write_text(TINY.replace("end 12", "options either account=lab\n"
                                            "option either value=1 use=east/H100:0..4:8\n"
                                            "option either value=3 use=east/H100:0..4:4\nend 15"))
        self.clear("--force")
        answer = self.why_json("either")
        self.assertEqual((answer["kind"], answer["reason"]), ("options", "OUTBID"))
        # Each option by itself, the one that lacks least first.
        self.assertEqual([(hub["hub"], hub["value"]) for hub in answer["hubs"]],
                         [("east", "3 CNY"), ("east", "1 CNY")])
        self.assertEqual(answer["changes"][0]["change"].split()[0], "value")
        self.assertNotIn("class", answer["hubs"][0])
        self.assertNotIn("limit.", self.why("either"))

    def test_no_changes(self):
        self.assertEqual(self.why_json("second", "--no-changes")["changes"], [])

    def test_unknown_order(self):
        done = run("why", self.market, self.certificate, "secnd")
        self.assert_failure(done, 4, "order-not-found")
        self.assertIn("did you mean second?", done.stderr)
        self.assertIn("second", self.run_ok(*shlex.split(self.try_line(done))[1:]).stdout)

    # ---- quote ---------------------------------------------------------------------------------

    def test_quote_as_it_is_gives_the_reason_and_code_6(self):
        done = self.quote("--from", "second", "-o", "json")
        self.assertEqual(done.returncode, 6)
        answer = json.loads(done.stdout)
        self.assertTrue(answer["indicative"])
        self.assertFalse(answer["placed"])

    def test_quote_of_a_placed_order_makes_room_first(self):
        done = self.quote("--from", "first", "-o", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(json.loads(done.stdout)["placed"])

    def test_quote_with_a_higher_limit(self):
        self.assertEqual(self.quote("--from", "second", "--limit", "9.5").returncode, 6)
        self.assertEqual(self.quote("--from", "second", "--limit", "12").returncode, 0)

    def test_quote_with_another_window(self):
        for window in ("0..8", "..8", "..2026-12-01T08:00+08:00", "0..2026-12-01T00:00Z"):
            self.assertEqual(self.quote("--from", "second", "--window", window).returncode, 0, window)
        for window in ("8..0", "0..9", "x..y", "5", "..2026-12-01T09:00+08:00", "..2026-13-01T00:00Z"):
            done = self.quote("--from", "second", "--window", window)
            self.assert_failure(done, 2, "usage")

    def test_quote_elsewhere(self):
        self.assertEqual(self.quote("--from", "second", "--hubs", "+west").returncode, 6)
        done = self.quote("--from", "west-job", "--hubs", "*", "-o", "json")
        self.assertEqual(done.returncode, 0)
        done = self.quote("--from", "second", "--hubs", "wset")
        self.assert_failure(done, 4, "hub-not-found")
        self.assertIn("did you mean west?", done.stderr)
        self.assert_failure(self.quote("--from", "second", "--class", "+H200"), 4, "class-not-found")
        self.assert_failure(self.quote("--from", "second", "--replica", "d@east"), 2, "usage")

    def test_quote_of_a_new_order(self):
        line = "order mine account=new gang=2 run=H100:2 limit=8"
        done = self.quote("--line", line, "-o", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["order"], "mine")
        path = self.folder / "mine.order"
        path.write_text(f"# mine\n\n{line}\n")
        self.assertEqual(self.quote("--order", path, "-o", "json").stdout, done.stdout)
        by_pipe = run("quote", self.market, self.certificate, "--order", "-", "-o", "json", stdin=line)
        self.assertEqual(by_pipe.stdout, done.stdout)

    def test_quote_of_a_cheap_order(self):
        done = self.quote("--line", "order mine account=new gang=2 run=H100:2 limit=1")
        self.assertEqual(done.returncode, 6)
        self.assertIn("OUTBID", done.stdout)

    def test_a_new_order_may_touch_places_that_the_round_had_no_row_for(self):
        self.market.write_text(TINY.replace("class H100", "class A100 watts=400\nclass H100")
                               .replace("end 12", "end 13"))
        self.clear("--force")
        done = self.quote("--line", "order mine account=new gang=2 run=A100:2,H100:2 limit=8", "-o", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["award"]["class"], "H100")

    def test_bad_new_orders(self):
        for line, told in (("order mine account=new gang=2 run=H200:2 limit=8", "H200"),
                           ("order first account=new gang=2 run=H100:2 limit=8", "first"),
                           ("order mine account=new gang=2 run=H100:2", "worth"),
                           ("nonsense", "nonsense")):
            done = self.quote("--line", line)
            self.assert_failure(done, 5, "invalid-file")
            self.assertIn("--line:1:", done.stderr)
            self.assertIn(told, done.stderr)
        two = "order a account=n gang=1 run=H100:1 limit=8\norder b account=n gang=1 run=H100:1 limit=8"
        self.assert_failure(self.quote("--line", two), 5, "not-one-order")
        self.assert_failure(self.quote("--line", "hub north"), 5, "not-one-order")
        self.assert_failure(self.quote("--line", "curve c account=n hub=east class=H100 steps=1@8"), 5,
                            "not-a-block")

    def test_usage(self):
        for options in ([], ["--from", "second", "--line", "x"], ["--line", "x", "--limit", "7"],
                        ["--from", "second", "--limit", "0"], ["--from", "second", "--limit", "x"]):
            self.assert_failure(self.quote(*options), 2, "usage")

    def test_an_order_that_another_follows(self):
        self.market.write_text(TINY.replace("hubs=west limit=9", "hubs=west limit=9 after=first"))
        self.clear("--force")
        self.assert_failure(self.quote("--from", "first"), 5, "order-followed")


if __name__ == "__main__":
    main()
