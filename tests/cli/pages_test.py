#!/usr/bin/env python3
"""Man pages, completion scripts and the table of messages: all up to date with the commands.

usage: pages_test.py TONGSUAN SOURCE_FOLDER TONGSUAN_VERIFY
"""
import pathlib
import re
import shutil
import subprocess
import sys

from harness import TONGSUAN, CommandTest, environment, main, run

SOURCE, VERIFY = pathlib.Path(sys.argv[2]), sys.argv[3]
COMMANDS = ["clear", "verify", "why", "quote", "show", "generate", "import", "replay", "journal", "login", "submit",
            "orders", "cancel", "amend", "market", "hubs", "offer", "contracts", "logs", "events", "bill", "ledger", "doctor",
            "config", "admin", "completion", "help", "version"]
ALIASES = {"sbatch": "submit", "squeue": "orders", "scancel": "cancel", "sinfo": "hubs", "sacct": "bill"}
PAGES = {"tongsuan.1": "tongsuan", "tongsuan-verify.1": "tongsuan-verify",
         **{f"tongsuan-{name}.1": name for name in COMMANDS if name != "verify"}}


class ManPages(CommandTest):
    def test_up_to_date(self):
        folder = SOURCE / "docs" / "man"
        for file, page in PAGES.items():
            text = self.run_ok("help", "--man", page).stdout
            self.assertEqual((folder / file).read_text(encoding="utf-8"), text,
                             f"tongsuan help --man {page} > docs/man/{file}")
        # That of the agent is made by the agent.
        self.assertEqual(sorted(path.name for path in folder.iterdir()),
                         sorted([*PAGES, "tongsuan-hub.1"]))

    def test_troff_accepts_them(self):
        if shutil.which("groff") is None:
            self.skipTest("groff is not installed")
        for page in PAGES.values():
            text = self.run_ok("help", "--man", page).stdout
            done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-P-cbou"], input=text, capture_output=True,
                                  text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""), page)
            self.assertIn("NAME", done.stdout)

    def test_no_such_page(self):
        self.assert_failure(run("help", "--man", "nothing"), 4, "no-such-page")

    def test_the_stranger_has_the_options_that_are_documented(self):
        said = subprocess.run([VERIFY, "--help"], capture_output=True, text=True, env=environment()).stdout
        page = self.run_ok("help", "--man", "tongsuan-verify").stdout.replace("\\-", "-")
        self.assertEqual(set(re.findall(r"--[a-z]+", said)), set(re.findall(r"--[a-z]+", page)) - {"--man"})


class Completion(CommandTest):
    def complete(self, *words):
        """What bash offers for the last word."""
        script = self.run_ok("completion", "bash").stdout
        line = " ".join(f"'{word}'" for word in ("tongsuan", *words))
        program = (script + f"\nCOMP_WORDS=({line}); COMP_CWORD={len(words)}\n"
                   "compopt() { :; }\n_tongsuan\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n")
        done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, cwd=self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return set(done.stdout.split())

    def test_commands(self):
        self.assertLessEqual(set(COMMANDS), self.complete(""))
        self.assertEqual(self.complete("ver"), {"verify", "version"})
        self.assertEqual(self.complete("admin", "re"), {"resume", "revoke"})

    def test_options_and_values(self):
        self.assertLessEqual({"--certificate", "-c", "--report", "--lang"}, self.complete("clear", "-"))
        self.assertEqual(self.complete("clear", "--thr"), {"--threads"})
        self.assertEqual(self.complete("show", "-o", "js"), {"json", "jsonl"})
        self.assertEqual(self.complete("verify", "--output", ""), {"text", "json"})
        self.assertEqual(self.complete("clear", "--lang", ""), {"en", "zh"})
        self.assertNotIn("--man", self.complete("help", "--"))

    def test_aliases(self):
        self.assertLessEqual(set(ALIASES), self.complete("s"))
        for alias, name in ALIASES.items():
            self.assertEqual(self.complete(alias, "--"), self.complete(name, "--"))
            self.assertIn(alias, self.run_ok(name, "--help").stdout)

    def test_arguments(self):
        self.assertEqual(self.complete("clear", ""), {"tiny.market"})
        self.assertEqual(self.complete("show", "tiny.market", "aw"), {"awards"})
        self.assertEqual(self.complete("generate", ""), {"national"})
        self.assertIn("national-week", self.complete("replay", ""))
        self.assertIn("italy", self.complete("import", ""))
        self.assertIn("bash", self.complete("completion", ""))

    def test_other_shells_name_every_option(self):
        for shell in ("zsh", "fish"):
            script = self.run_ok("completion", shell).stdout
            for command in COMMANDS:
                self.assertIn(command, script)
                said = self.run_ok(command, "--help").stdout
                for option in re.findall(r"^  (?:-\w,|   ) --([a-z-]+)", said, re.MULTILINE):
                    self.assertIn(option, script)
            if shutil.which(shell):
                done = subprocess.run([shell, "-n"], input=script, capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stderr)


class Messages(CommandTest):
    def rows(self):
        text = (SOURCE / "src/tongsuan/cli/messages.inc").read_text(encoding="utf-8")
        pattern = r'TONGSUAN_MESSAGE\((k\w+),\s*"((?:[^"\\]|\\.)*)",\s*"((?:[^"\\]|\\.)*)"\)'
        rows = re.findall(pattern, text)
        self.assertEqual(len(rows), text.count("\nTONGSUAN_MESSAGE("))
        return rows

    def test_both_languages_have_the_same_places(self):
        for key, english, chinese in self.rows():
            self.assertTrue(english and chinese, key)
            self.assertEqual(sorted(re.findall(r"\{\d\}", english)), sorted(re.findall(r"\{\d\}", chinese)), key)
            self.assertIsNone(re.search("[\u4e00-\u9fff]", english), key)

    def test_every_key_is_used_and_unique(self):
        keys = [key for key, _, _ in self.rows()]
        self.assertEqual(len(keys), len(set(keys)))
        code = "".join(path.read_text(encoding="utf-8")
                       for path in (SOURCE / "src/tongsuan/cli").glob("*.[ch]*") if path.suffix != ".inc")
        used = set(re.findall(r"\b(?:Message|M)::(k\w+)", code))
        self.assertEqual(sorted(set(keys) - used), [])

    def test_documented_failures(self):
        """Every stable code is in docs/cli.md, and nothing else is."""
        code = "".join(path.read_text(encoding="utf-8")
                       for path in (SOURCE / "src/tongsuan/cli").glob("*.cc"))
        codes = set(re.findall(r'\.code =\s*(?:\w+ \? )?"([a-z-]+)"', code))
        codes |= set(re.findall(r'[?:] "([a-z]+(?:-[a-z]+)+)"', code)) & set(
            re.findall(r"`([a-z]+(?:-[a-z]+)+)`", (SOURCE / "docs/cli.md").read_text(encoding="utf-8")))
        documented = (SOURCE / "docs/cli.md").read_text(encoding="utf-8")
        for name in codes:
            self.assertIn(f"`{name}`", documented)


if __name__ == "__main__":
    main()
