#!/usr/bin/env python3
"""Orders of a market text as bodies of POST /v1/orders:batch, sent to an exchange as fast as it
answers: to fill its book.   orders_of_market.py FILE.market URL TOKEN COUNT
Windows, data and green shares are left out."""
import http.client
import json
import re
import sys

BATCH = 256


def order_of(line):
    words = line.split()
    fields = dict(word.split("=", 1) for word in words[2:] if "=" in word)
    gang = int(fields.get("gang", 1))
    ways = []
    for way in fields["run"].split(","):
        found = re.fullmatch(r"(\w+?)(?:x(\d+))?:(\d+)", way)
        if not found:
            return None
        ways.append({"class": found[1], "devices": gang * int(found[2] or 1),
                     "durationSeconds": 3600 * int(found[3])})
    order = {"kind": "block", "name": words[1], "ways": ways,
             "value": {"amount": fields["value"], "currency": "CNY"}}
    if fields.get("hubs", "*") != "*":
        order["hubs"] = fields["hubs"].split(",")
    return order


def main():
    path, url, token, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    orders = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            order = order_of(line) if line.startswith("order ") else None
            if order is not None and len(orders) < count:
                orders.append(order)
    connection = http.client.HTTPConnection(url.removeprefix("http://"))
    headers = {"Authorization": "Bearer " + token, "Content-Type": "application/json"}
    good, problems = 0, {}
    for first in range(0, len(orders), BATCH):
        items = [{"idempotencyKey": f"fill-{first + i}", "order": order}
                 for i, order in enumerate(orders[first:first + BATCH])]
        connection.request("POST", "/v1/orders:batch", json.dumps({"orders": items}), headers)
        answer = connection.getresponse()
        body = json.loads(answer.read())
        for result in body.get("results", [body]):
            code = result.get("code") or result.get("problem", {}).get("code")
            if result.get("state") == "accepted":
                good += 1
            else:
                problems[code] = problems.get(code, 0) + 1
    print(f"{good} orders in the book; refused: {problems or 'none'}")


if __name__ == "__main__":
    main()
