#!/bin/sh
# Fails where clang-format would change a file.
cd "$(dirname "$0")/.." || exit 1
git ls-files 'src/*.cc' 'src/*.h' 'apps/*.cc' 'bench/*.cc' 'bench/*.h' 'tests/*.cc' 'tests/*.h' 'tools/*.cc' |
  grep -v compile_fail | xargs clang-format --dry-run --Werror
