#!/usr/bin/env python3
"""Settings of tongsuand: the example of deploy/, what --check-config says, the unit of systemd.

usage: config_test.py TONGSUAND SOURCE_DIR
"""
import configparser
import pathlib
import shlex
import shutil
import subprocess
import sys
import unittest

from harness import temporary

TONGSUAND, SOURCE = sys.argv[1:3]
DEPLOY = pathlib.Path(SOURCE) / "deploy"


def check(path, *more):
    return subprocess.run([TONGSUAND, "--config", str(path), "--check-config", *more], capture_output=True,
                          text=True, timeout=30, check=False)


def lines_of(text):
    """(table, key, value) of lines "key = value" and "#key = value", without what stands behind "  #"."""
    table, found = "", []
    for line in text.splitlines():
        if line.startswith("["):
            table = line.strip("[]")
        elif line and not line.startswith("# ") and line != "#":
            key, _, value = line.split("  #")[0].lstrip("#").partition("=")
            found.append((table, key.strip(), value.strip()))
    return found


class Example(unittest.TestCase):
    def test_it_has_every_key_with_its_default(self):
        done = check(DEPLOY / "tongsuand.toml")
        self.assertEqual(done.returncode, 0, done.stderr)
        shown = [line for line in lines_of((DEPLOY / "tongsuand.toml").read_text(encoding="utf-8"))
                 if line[0] != "oidc_roles"]
        self.assertEqual(shown, lines_of(done.stdout))
        self.assertIn("make it with --init", done.stdout)

    def test_its_lines_are_good_where_they_are_taken_in(self):
        text = (DEPLOY / "tongsuand.toml").read_text(encoding="utf-8")
        with temporary() as folder:
            path = pathlib.Path(folder) / "all.toml"
            taken = [line[1:] if line.startswith("#") and not line.startswith("# ") and
                     not line.endswith("=") and "traders" not in line else line
                     for line in text.splitlines()]
            path.write_text("\n".join(taken), encoding="utf-8")
            done = check(path)
            self.assertEqual(done.returncode, 0, done.stderr)


class CheckConfig(unittest.TestCase):
    def setUp(self):
        self.temporary = temporary()
        self.addCleanup(self.temporary.cleanup)
        self.folder = pathlib.Path(self.temporary.name)

    def write(self, text):
        path = self.folder / "t.toml"
        path.write_text(f'data = "{self.folder}/data"\n{text}', encoding="utf-8")
        return path

    def certificate(self, name):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                        "-nodes", "-subj", "/CN=exchange", "-days", "2", "-keyout",
                        str(self.folder / (name + ".key")), "-out", str(self.folder / (name + ".pem"))],
                       check=True, capture_output=True)

    def test_where_values_come_from_and_what_is_said_reads_as_settings(self):
        path = self.write("threads = 3\n")
        done = check(path, "--listen", "127.0.0.1:7171")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"threads = 3  # {path}:2", done.stdout)
        self.assertIn('listen = "127.0.0.1:7171"  # --listen', done.stdout)
        self.assertIn("# Listens on 127.0.0.1:7171 without TLS.", done.stdout)
        again = self.folder / "again.toml"
        again.write_text(done.stdout, encoding="utf-8")
        self.assertEqual([line[2] for line in lines_of(check(again).stdout)],
                         [line[2] for line in lines_of(done.stdout)])

    def test_it_refuses_what_a_start_would_refuse(self):
        self.certificate("a")
        self.certificate("b")
        tls = f'[tls]\ncertificate = "{self.folder}/a.pem"\nkey = "{self.folder}/%s.key"\n'
        self.assertEqual(check(self.write(tls % "a")).returncode, 0)
        self.assertEqual(check(self.write(tls % "a" + f'client_ca = "{self.folder}/b.pem"\n')).returncode, 0)
        (self.folder / "keys.json").write_text('{"keys":[{"kty":"EC"}]}', encoding="utf-8")
        oidc = ('[oidc]\nissuer = "https://i"\naudience = "a"\n'
                f'jwks = "{self.folder}/%s"\n[oidc_roles]\na = "hub"\n')
        for text, status, said in ((tls % "b", 3, "key"), (tls % "c", 3, "c.key"),
                                   (tls % "a" + 'client_ca = "/no/such"\n', 3, "/no/such"),
                                   ('listen = "0.0.0.0:7070"\ndevelopment = true\n', 3, "loopback"),
                                   ('console = "/no/such"\n', 3, "/no/such"),
                                   ('[webhooks]\nca_file = "/no/such"\n', 3, "/no/such"),
                                   (oidc % "keys.json", 3, "keys.json"), (oidc % "none", 3, "none"),
                                   ("thread = 1\n", 2, "t.toml:2: there is no key thread")):
            done = check(self.write(text))
            self.assertEqual(done.returncode, status, text + done.stderr + done.stdout)
            self.assertIn(said, done.stderr)
            self.assertIn("try: ", done.stderr)

    def test_a_file_that_is_not_there(self):
        done = check(self.folder / "none.toml")
        self.assertEqual(done.returncode, 2)
        self.assertIn("none.toml cannot be read", done.stderr)


class Unit(unittest.TestCase):
    PATH = DEPLOY / "tongsuand.service"

    def test_it_starts_the_program_with_options_that_there_are(self):
        unit = configparser.RawConfigParser(strict=False)
        unit.optionxform = str
        unit.read(self.PATH, encoding="utf-8")
        service = unit["Service"]
        self.assertEqual(service["Type"], "simple")
        for hardening in ("NoNewPrivileges", "ProtectSystem", "PrivateTmp", "MemoryDenyWriteExecute"):
            self.assertIn(hardening, service)
        for key in ("ExecStart", "ExecStartPre"):
            program, *arguments = shlex.split(service[key])
            self.assertEqual(program, "/usr/local/bin/tongsuand")
            self.assertIn("/etc/tongsuan/tongsuand.toml", arguments)
            place = arguments.index("/etc/tongsuan/tongsuand.toml")
            arguments[place] = str(DEPLOY / "tongsuand.toml")
            if "--check-config" not in arguments:
                arguments.append("--check-config")
            done = subprocess.run([TONGSUAND, *arguments], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not here")
    def test_systemd_reads_it(self):
        with temporary() as folder:
            path = pathlib.Path(folder) / "tongsuand.service"
            text = self.PATH.read_text(encoding="utf-8")
            path.write_text(text.replace("/usr/local/bin/tongsuand", TONGSUAND), encoding="utf-8")
            done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(path)],
                                  capture_output=True, text=True, check=False)
            said = [line for line in done.stderr.splitlines() if "tongsuand.service" in line]
            self.assertEqual(said, [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
