#!/usr/bin/env python3
"""Run the commands that a document shows, in a fresh folder, and print what they say now.

usage: check_tour.py DOCUMENT FOLDER_OF_PROGRAMS
  Commands are the lines of ```sh blocks, and lines that begin with "$ " in ```text blocks. `export PATH`
  lines are left out. Fails where a command ends with anything but 0; a forged certificate must be
  refused (10). Nothing is compared: figures may change, commands may not break.
"""
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile


def commands(document):
    kind = None
    for line in document.read_text().splitlines():
        if line.startswith("```"):
            kind = None if kind is not None else line[3:]
        elif kind == "sh" and not line.startswith("export PATH"):
            yield line
        elif kind == "text" and line.startswith("$ "):
            yield line[2:]


def main(document, programs):
    document = pathlib.Path(document).resolve()
    path = f"{pathlib.Path(programs).resolve()}:{os.environ['PATH']}"
    root = shlex.quote(str(document.parent))
    faults, count = [], 0
    with tempfile.TemporaryDirectory() as folder:
        for command in commands(document):
            # The tour stands in out/tour of the repository.
            here = command.replace("../../", f"{root}/")
            run = subprocess.run(["sh", "-c", here], cwd=folder, capture_output=True, text=True,
                                 env={**os.environ, "PATH": path}, timeout=300)
            expected = 10 if "verify" in command and "forged" in command else 0
            print(f"$ {command}\n{run.stdout}{run.stderr}", flush=True)
            count += 1
            if run.returncode != expected:
                faults.append(f"{command}: ended with {run.returncode}, not {expected}")
    print("\n".join(faults) or f"{count} commands ok")
    return 1 if faults or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
