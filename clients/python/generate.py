#!/usr/bin/env python3
"""Makes tongsuan/_models.py and tongsuan/_operations.py from api/openapi.yaml.

usage: generate.py [--check]
  --check: write nothing; fail where the files are not what they would become
"""
import keyword
import pathlib
import re
import sys
import textwrap

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "tools"))
from api_schema import load  # noqa: E402

HEAD = '''# Made by clients/python/generate.py from api/openapi.yaml. Do not edit.
from __future__ import annotations

'''
BUILTIN = {"Money": "Money", "Time": "datetime"}
SCALARS = {"string": "str", "integer": "int", "boolean": "bool"}
METHODS = ("get", "put", "post", "patch", "delete")


def snake(name):
    name = re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower().replace("-", "_")
    return name + "_" if keyword.iskeyword(name) else name


def reference_name(reference):
    return reference.rsplit("/", 1)[1]


def wrapped(text, indent):
    text = " ".join((text or "").split())
    return textwrap.wrap(text, 100 - indent) if text else []


class Models:
    """Classes for the object schemas, in the order of the file."""

    def __init__(self, schemas):
        self.schemas, self.out, self.unions, self.made = schemas, [], [], set()

    def run(self):
        for name, schema in self.schemas.items():
            if name not in BUILTIN and ("properties" in schema or "oneOf" in schema):
                self.named(name, schema)

    def text(self):
        return "\n\n".join(self.out + self.unions)

    def named(self, name, schema):
        branches = schema.get("oneOf", [])
        if branches and all("$ref" in branch for branch in branches):
            names = [reference_name(branch["$ref"]) for branch in branches]
            if name == "Event":
                names.append("UnknownEvent")
            text = "\n".join(f"    {each}," for each in names)
            self.unions.append(f"{name} = Union[\n{text}\n]\n")
            return
        if branches and "properties" not in schema:  # alternatives that are written out: all optional
            properties = {}
            for branch in branches:
                properties.update(branch["properties"])
            shared = set.intersection(*(set(branch["required"]) for branch in branches))
            schema = {"description": schema.get("description"), "properties": properties,
                      "required": sorted(shared)}
        self.dataclass(name, schema)

    def dataclass(self, name, schema):
        required = set(schema.get("required", []))
        needed, free, names = [], [], {}
        const = None
        for json_name, inner in schema["properties"].items():
            field = snake(json_name)
            if field != json_name:
                names[field] = json_name
            if "const" in inner:
                free.append(f'    {field}: str = "{inner["const"]}"')
                const = const or (field, inner["const"])
                continue
            kind = self.kind(inner, name + json_name[0].upper() + json_name[1:])
            if json_name in required:
                needed.append(f"    {field}: {kind}")
            else:
                free.append(f"    {field}: Optional[{kind}] = None")
        lines = ["@dataclass", f"class {name}:"]
        described = wrapped(schema.get("description"), 7)
        if described:
            lines.append('    """' + ("\n    ".join(described)) + '"""\n')
        lines += needed + free
        if names:
            pairs = ", ".join(f'"{field}": "{json_name}"' for field, json_name in names.items())
            lines += textwrap.wrap(f"JSON_NAMES: ClassVar[Dict[str, str]] = {{{pairs}}}", 100,
                                   initial_indent="    ", subsequent_indent="        ")
        if const:
            lines.append(f'    CONST: ClassVar[Tuple[str, str]] = ("{const[0]}", "{const[1]}")')
        self.out.append("\n".join(lines) + "\n")

    def kind(self, schema, name):
        if "$ref" in schema:
            target = reference_name(schema["$ref"])
            inner = self.schemas[target]
            if target in BUILTIN:
                return BUILTIN[target]
            return target if "properties" in inner or "oneOf" in inner else self.kind(inner, target)
        if "properties" in schema:
            if name not in self.made:
                self.made.add(name)
                self.dataclass(name, schema)
            return name
        if schema.get("type") == "array":
            return f"List[{self.kind(schema['items'], name[:-1] if name[-1] == 's' else name + 'Item')}]"
        if schema.get("type") == "object":
            return "Dict[str, Any]"
        return SCALARS[schema.get("type", "string")]


class Operations:
    def __init__(self, document, models):
        self.document, self.models, self.out = document, models, []

    def run(self):
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item and item[method]["operationId"] != "streamEvents":
                    self.operation(path, item, method)
        return "\n".join(self.out)

    def resolved(self, value):
        if "$ref" not in value:
            return value
        _, _, kind, name = value["$ref"].split("/")
        return self.document["components"][kind][name]

    def operation(self, path, item, method):
        body = item[method]
        prefix = "" if item.get("servers") else "/v1"
        parameters = [self.resolved(each) for each in item.get("parameters", []) + body.get("parameters", [])]
        # What only chooses another representation than JSON is nothing for methods that read JSON.
        parameters = [p for p in parameters if not p.get("x-representation")]
        by_place = {place: [p for p in parameters if p["in"] == place] for place in ("path", "query", "header")}
        heads = [p["name"] for p in by_place["header"]]
        arguments = [f"{snake(p['name'])}: str" for p in by_place["path"]]
        if "requestBody" in body:
            schema = body["requestBody"]["content"]["application/json"]["schema"]
            name = body["operationId"][0].upper() + body["operationId"][1:] + "Body"
            arguments.append(f"body: {self.models.kind(schema, name)}")
        options = []
        if "If-Match" in heads:
            options.append("if_match: str")
        for parameter in by_place["query"]:
            kind = self.models.kind(parameter["schema"], "")
            plain = parameter.get("required")
            options.append(f"{snake(parameter['name'])}: " + (kind if plain else f"Optional[{kind}] = None"))
        if "Hub-Epoch" in heads:
            options.append("hub_epoch: Optional[str] = None")
        if "Idempotency-Key" in heads:
            options.append("idempotency_key: Optional[str] = None")
        options.sort(key=lambda text: "=" in text)
        status = next(code for code in body["responses"] if code.startswith("2"))
        content = body["responses"][status]["content"]
        kind = self.models.kind(content["application/json"]["schema"], "") if "application/json" in content else "str"
        self.method(body, path, prefix, method, arguments, options, by_place, kind)
        if any(p["name"] == "pageToken" for p in by_place["query"]):
            self.iterator(body, arguments, options, by_place, kind)

    def method(self, body, path, prefix, method, arguments, options, by_place, kind):
        query = ", ".join(f'"{p["name"]}": {snake(p["name"])}' for p in by_place["query"])
        target = re.sub(r"{(\w+)}", lambda found: "{_quoted(" + snake(found[1]) + ")}", prefix + path)
        text = ("f" if "{" in target else "") + f'"{target}"'
        call = [f'"{method.upper()}"', text]
        if query:
            query = query.split(", ")
            call += ["query={" + query[0]] + query[1:]
            call[-1] += "}"
        if "requestBody" in body:
            call.append("body=body")
        if any(p["name"] == "If-Match" for p in by_place["header"]):
            call.append("if_match=if_match")
        if any(p["name"] == "Hub-Epoch" for p in by_place["header"]):
            call.append("hub_epoch=hub_epoch")
        if any(p["name"] == "Idempotency-Key" for p in by_place["header"]):
            call.append("key=idempotency_key or new_key()")
        self.define(snake(body["operationId"]), arguments, options, kind, body)
        self.out.append(self.folded("        return self._call(", [kind] + call) + "\n")

    def iterator(self, body, arguments, options, by_place, kind):
        schema = self.models.schemas[kind]["properties"]["items"]["items"]
        item = self.models.kind(schema, "")
        options = [each for each in options if not each.startswith("page_token")]
        name = snake(body["operationId"])
        self.define("iter_" + re.sub("^(list|get)_", "", name), arguments, options, f"Iterator[{item}]",
                    {"summary": body["summary"] + ". All pages, one after the other"})
        call = [f"self.{name}"] + [each.split(":")[0] for each in arguments]
        call += [f"{option.split(':')[0]}={option.split(':')[0]}" for option in options]
        self.out.append(self.folded("        return self._pages(", call) + "\n")

    def define(self, name, arguments, options, kind, body):
        parts = ["self"] + arguments + (["*"] + options if options else [])
        self.out.append(self.folded(f"    def {name}(", parts, f") -> {kind}:"))
        lines = wrapped(body["summary"] + ".", 11)
        lines += [""] + wrapped(body["description"], 8) if body.get("description") else []
        if len(lines) == 1:
            self.out.append(f'        """{lines[0]}"""')
        else:
            joined = "\n".join(("        " + line).rstrip() for line in lines)
            self.out.append(f'        """{joined.lstrip()}\n        """')

    @staticmethod
    def folded(begin, parts, end=")"):
        one = begin + ", ".join(parts) + end
        if len(one) <= 100:
            return one
        indent = " " * (len(begin) - len(begin.lstrip()) + 8)
        lines, line = [begin.rstrip()], indent
        for index, part in enumerate(parts):
            part += "," if index + 1 < len(parts) else end
            if len(line) + len(part) > 100:
                lines.append(line.rstrip())
                line = indent
            line += part + " "
        return "\n".join(lines + [line.rstrip()])


MODELS_HEAD = HEAD + '''from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Dict, List, Optional, Tuple, Union

from .values import Money, UnknownEvent


'''
OPERATIONS_HEAD = HEAD + '''from datetime import datetime
from typing import Iterator, Optional
from urllib.parse import quote

from ._models import {names}
from ._transport import Transport, new_key


def _quoted(text: str) -> str:
    return quote(text, safe="")


class Operations(Transport):
    """One method for each operation of the interface."""

'''


def generated():
    document = load(ROOT / "api/openapi.yaml")
    models = Models(document["components"]["schemas"])
    models.run()
    operations = Operations(document, models).run()
    models_text = models.text()
    known = re.findall(r"^(?:class )?(\w+)(?: = Union|:$)", models_text, re.M)
    names = sorted({name for name in known if re.search(rf"\b{name}\b", operations)})
    listed = "(\n" + textwrap.fill(", ".join(names), 100, initial_indent="    ",
                                   subsequent_indent="    ") + ",\n)"
    operations_text = OPERATIONS_HEAD.replace("{names}", listed) + operations
    exports = "\n\n__all__ = [\n" + textwrap.fill(", ".join(f'"{name}"' for name in known), 100,
                                                    initial_indent="    ", subsequent_indent="    ") + ",\n]\n"
    return {"_models.py": MODELS_HEAD + models_text.rstrip("\n") + "\n" + exports,
            "_operations.py": operations_text.rstrip("\n") + "\n"}


def main(arguments):
    stale = []
    for name, text in generated().items():
        path = HERE / "tongsuan" / name
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
    if stale:
        print(f"{', '.join(stale)}: not what api/openapi.yaml says", file=sys.stderr)
        print("try: clients/python/generate.py", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
