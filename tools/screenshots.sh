#!/bin/sh
# Makes docs/images again: the report of a small national week and the console of a running exchange, as
# chromium shows them.
#
#   tools/screenshots.sh path/to/tongsuan      needs chromium and a font with Chinese (fonts-noto-cjk);
#                                              for the console also tongsuand beside it, and node
set -eu
tongsuan=$(realpath "${1:?usage: tools/screenshots.sh path/to/tongsuan}")
images=$(realpath "$(dirname "$0")/..")/docs/images
command -v chromium >/dev/null || { echo "chromium is not installed (apt install chromium)" >&2; exit 3; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# picture PAGE NAME HEIGHT
picture() {
  timeout 120 chromium --headless --no-sandbox --disable-gpu --hide-scrollbars \
    --user-data-dir="$work/profile" --window-size="1440,$3" --screenshot="$images/$2.png" \
    "file://$work/$1.html" >"$work/chromium.log" 2>&1 || { cat "$work/chromium.log" >&2; exit 1; }
}

# only SECTION PAGE NEW: the page without everything above one of its sections.
only() {
  sed "s|</head>|<style>header.top,dl.kpis,section:not(#$1){display:none}</style></head>|" \
    "$work/$2.html" >"$work/$3.html"
  grep -q "not(#$1)" "$work/$3.html"  # the page has a head
}

mkdir -p "$images"
"$tongsuan" generate national --orders 3000 --seed 1 --quiet -o "$work/week.market"
for language in en zh; do
  "$tongsuan" clear "$work/week.market" --before --lang "$language" --quiet --force \
    --report "$work/$language.html" >"$work/table.txt"
done
picture en report 1055
picture zh report.zh 1055
only curves en curves
picture curves curves 500
only curves zh curves.zh
picture curves.zh curves.zh 500

# The console: the real server with a seeded market (console/e2e/by_hand/pictures.spec.ts).
root=$(realpath "$(dirname "$0")/..")
"$root/tools/console.sh" build "$work/console"
(cd "$root/console" &&
  TONGSUAN_APPS="$(dirname "$tongsuan")" CONSOLE_OUT="$work/console" PICTURES="$images" npm run --silent pictures)
ls -l "$images"
