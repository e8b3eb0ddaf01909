#!/usr/bin/env python3
"""Fail where a file breaks a rule of the house that a program can check.

usage: check_style.py ROOT
  headers: start with a comment, have #pragma once, at most 400 lines; sources: at most 800 lines
  functions: at most 70 lines, but for tables of cases in tests
  documents: every relative link leads to a file
"""
import pathlib
import re
import subprocess
import sys

HEADER_LINES, SOURCE_LINES, FUNCTION_LINES = 400, 800, 70
# Longer functions that stand already: they may shrink, never grow.
STANDING = {"certificate_builder.h": 81}
NOT_A_FUNCTION = re.compile(
    r"^\s*(namespace|class|struct|enum|union|if|else|for|while|do|switch|extern|return|case|default"
    r"|constexpr (std::)?array|static const)\b")
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(#[^)]*)?\)")


def tracked(root):
    names = subprocess.run(["git", "-C", str(root), "ls-files"], capture_output=True, text=True,
                           check=True).stdout.split("\n")
    return [root / name for name in names if name and (root / name).is_file()]


def code_only(line):
    line = re.sub(r'"(\\.|[^"\\])*"', '""', line)
    line = re.sub(r"'(\\.|[^'\\])'", "' '", line)
    return line.split("//")[0]


def functions(lines):
    """(first line, length) of every brace that opens the body of a function."""
    depth, open_at, raw_end, raw_lines = 0, [], None, 0
    for number, raw in enumerate(lines, 1):
        if raw_end:  # inside a raw string: text, not code
            raw_lines += 1
            if raw_end in raw:
                raw_end = None
            continue
        start = re.search(r'R"([^(]*)\(', raw)
        if start:
            raw_end = None if f'){start.group(1)}"' in raw else f'){start.group(1)}"'
            continue
        line = code_only(raw)
        for at, character in enumerate(line):
            if character == "{":
                head = line[:at].rstrip()
                body = head.endswith((")", "const", "override", "noexcept")) or "->" in head
                is_function = body and not NOT_A_FUNCTION.match(line)
                open_at.append((number - raw_lines, number, is_function))
                depth += 1
            elif character == "}" and open_at:
                begin, first, is_function = open_at.pop()
                if is_function:
                    yield first, number - raw_lines - begin + 1


def check_code(path, faults):
    lines = path.read_text().splitlines()
    limit = HEADER_LINES if path.suffix == ".h" else SOURCE_LINES
    if len(lines) > limit:
        faults.append(f"{path}: {len(lines)} lines, at most {limit}")
    if path.suffix == ".h":
        if not lines or not lines[0].startswith("//"):
            faults.append(f"{path}:1: a header starts with a comment that says what it is")
        if "#pragma once" not in lines:
            faults.append(f"{path}: no #pragma once")
    for first, length in functions(lines):
        if path.name.endswith("_test.cc"):
            break  # tables of cases may be long
        most = STANDING.get(path.name, FUNCTION_LINES)
        if length > most:
            faults.append(f"{path}:{first}: a function of {length} lines, at most {most}")


def check_document(path, faults):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        for target, _ in LINK.findall(line):
            if "://" in target or target.startswith("mailto:"):
                continue
            if not (path.parent / target).exists():
                faults.append(f"{path}:{number}: link to {target}, which is not there")


def main(root):
    root, faults = pathlib.Path(root), []
    for path in tracked(root):
        if path.suffix in {".h", ".cc"}:
            check_code(path, faults)
        elif path.suffix == ".md":
            check_document(path, faults)
    print("\n".join(faults) or "style ok")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
