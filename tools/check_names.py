#!/usr/bin/env python3
"""Fail where files of a module, compiled as one, would take a name for two things.

usage: check_names.py src/tongsuan
  A constant or type is in the anonymous namespace of one file of a module at most; the same among its tests.
  No constant or function there has a name that base or domain declares: it would hide it from other files.

A collision within a unit is an error of the compiler. This finds those between files that happen not to meet,
until a new file moves the others (docs/build.md).
"""
import collections
import pathlib
import re
import sys

ANONYMOUS = re.compile(r"^namespace \{$(.*?)^\}  // namespace$", re.M | re.S)
CONSTANT = re.compile(r"^(?:inline )?const(?:expr|init)? [^=({;]*?\b(k[A-Z]\w*)", re.M)
TYPE = re.compile(r"^(?:struct|class|enum(?: class)?) (\w+)[^;]*?\{", re.M)
FUNCTION = re.compile(r"^(?:\[\[nodiscard\]\] )?[\w:<>,&*][\w:<>,&* ]*[ &*](\w+)\(", re.M)
OUTER = {"base", "domain"}


def names(text, *patterns):
    return {match for pattern in patterns for match in pattern.findall(text)}


def declared_outside(root):
    """What every module sees without a prefix."""
    return set().union(*(names(path.read_text(), CONSTANT, FUNCTION)
                         for module in OUTER for path in (root / module).glob("*.h")))


def check_module(folder, outer, faults):
    seen = collections.defaultdict(dict)
    for path in sorted(folder.glob("*.cc")):
        text = "".join(ANONYMOUS.findall(path.read_text()))
        earlier = seen[path.name.endswith("_test.cc")]
        for name in sorted(names(text, CONSTANT, TYPE)):
            if name in earlier:
                faults.append(f"{path}: {name} is also in {earlier[name].name}; share it, or tell them apart")
            earlier.setdefault(name, path)
        if folder.name not in OUTER:
            faults.extend(f"{path}: {name} hides a name of base or domain from other files of the module"
                          for name in sorted(names(text, CONSTANT, FUNCTION) & outer))


def main(root):
    root, faults = pathlib.Path(root), []
    outer = declared_outside(root)
    for folder in sorted(path for path in root.iterdir() if path.is_dir()):
        check_module(folder, outer, faults)
    print("\n".join(faults) or "names ok")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
