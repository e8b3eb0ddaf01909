#!/usr/bin/env python3
"""Draw time, memory and gap of clearings against the size of the book.

usage: plot_scaling.py LINES.jsonl PICTURE.svg
LINES.jsonl is what tongsuan_clearing_bench --json prints.
"""
import json
import math
import sys

WIDTH, HEIGHT, LEFT, TOP, GAP = 270, 240, 64, 44, 84
# One hue per kind of book, one dash per number of threads: told apart without colour as well.
KINDS = {"week": ("#0b6e99", "generated week"),
         "national": ("#b3541e", "national week")}
PANELS = [("wall_s", "seconds, end to end", "time"), ("rss_mb", "MB at the peak", "memory"),
          ("gap_percent", "certified gap, %", "gap")]


def load(path):
    lines = [json.loads(line) for line in open(path, encoding="utf-8") if line.startswith("{")]
    series = {}
    for line in lines:
        kind = line["book"].split(":")[0]
        if kind in KINDS:
            series.setdefault((kind, line["threads"]), []).append(line)
    return {key: sorted(value, key=lambda line: line["orders"]) for key, value in series.items()}


def decades(values):
    values = [value for value in values if value > 0]
    return math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))


def label(exponent):
    return f"{10 ** exponent:,.15g}" if -3 <= exponent <= 3 else f"10<tspan dy='-4' font-size='9'>{exponent}</tspan>"


def panel(series, at, field, title):
    out = []
    x0, x1 = decades([line["orders"] for lines in series.values() for line in lines])
    y0, y1 = decades([line[field] for lines in series.values() for line in lines])
    y1 = max(y1, y0 + 1)
    left, bottom = LEFT + at * (WIDTH + GAP), TOP + HEIGHT

    def x(value):
        return left + WIDTH * (math.log10(value) - x0) / max(1, x1 - x0)

    def y(value):
        return bottom - HEIGHT * (math.log10(max(value, 10 ** y0)) - y0) / (y1 - y0)

    out.append(f'<text x="{left}" y="{TOP - 14}" font-weight="bold">{title}</text>')
    for exponent in range(y0, y1 + 1):
        line = y(10 ** exponent)
        out.append(f'<path d="M{left} {line:.1f}h{WIDTH}" stroke="#d5d9de"/>')
        out.append(f'<text x="{left - 8}" y="{line + 4:.1f}" text-anchor="end">{label(exponent)}</text>')
    for exponent in range(x0, x1 + 1):
        out.append(f'<text x="{x(10 ** exponent):.1f}" y="{bottom + 18}" text-anchor="middle">'
                   f'{label(exponent)}</text>')
    out.append(f'<text x="{left + WIDTH / 2}" y="{bottom + 36}" text-anchor="middle">orders</text>')
    for (kind, threads), lines in sorted(series.items()):
        points = " ".join(f"{x(line['orders']):.1f},{y(line[field]):.1f}" for line in lines)
        dash = ' stroke-dasharray="5 4"' if threads > 1 else ""
        colour = KINDS[kind][0]
        out.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')
        for line in lines:
            said = f"{line['book']}, {threads} threads: {line[field]:.3g}"
            out.append(f'<circle cx="{x(line["orders"]):.1f}" cy="{y(line[field]):.1f}" r="3" '
                       f'fill="{colour}"><title>{said}</title></circle>')
    return out


def legend(series):
    out, at = [], LEFT
    for kind, threads in sorted(series):
        colour, name = KINDS[kind]
        dash = ' stroke-dasharray="5 4"' if threads > 1 else ""
        text = f"{name}, {threads} thread{'s' if threads > 1 else ''}"
        line = TOP + HEIGHT + 62
        out.append(f'<path d="M{at} {line - 4}h26" stroke="{colour}" stroke-width="2"{dash}/>')
        out.append(f'<text x="{at + 32}" y="{line}">{text}</text>')
        at += 54 + 6.6 * len(text)
    return out


def main(source, target):
    series = load(source)
    width, height = LEFT + 3 * WIDTH + 2 * GAP + 40, TOP + HEIGHT + 80
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
           'font-family="system-ui,sans-serif" font-size="12" fill="#1c2733" role="img">',
           "<title>Time, memory and gap of a clearing against the number of orders</title>",
           f'<rect width="{width}" height="{height}" fill="#ffffff"/>']
    for at, (field, title, _) in enumerate(PANELS):
        out += panel(series, at, field, title)
    out += legend(series) + ["</svg>"]
    with open(target, "w", encoding="utf-8") as file:
        file.write("\n".join(out) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
