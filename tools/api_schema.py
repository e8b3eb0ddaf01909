"""The part of JSON Schema that api/openapi.yaml uses: validation with a place and a reason."""
import json
import re

import yaml

ANNOTATIONS = {"description", "default", "format", "examples", "discriminator", "x-visibility"}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int}


def load(path):
    """The file as plain values; dates stay strings, and a key that comes twice is refused."""
    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loader = type("Loader", (base,), {})
    loader.yaml_implicit_resolvers = {
        first: [entry for entry in entries if not entry[0].endswith(":timestamp")]
        for first, entries in base.yaml_implicit_resolvers.items()}

    def mapping(reader, node):
        pairs = reader.construct_pairs(node, deep=True)
        names = [name for name, _ in pairs]
        for name in names:
            if not isinstance(name, str):  # such as on, which YAML 1.1 takes for true
                raise ValueError(f"line {node.start_mark.line + 1}: the key {name} is no text")
            if names.count(name) > 1:
                raise ValueError(f"line {node.start_mark.line + 1}: {name} comes twice")
        return dict(pairs)

    loader.add_constructor("tag:yaml.org,2002:map", mapping)
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, Loader=loader)


def at_pointer(value, pointer):
    """What a JSON pointer leads to; KeyError where it leads nowhere."""
    for step in pointer.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, dict) and step in value:
            value = value[step]
        else:
            raise KeyError(pointer)
    return value


class Schemas:
    """`strict`: members that a schema does not name are faults even where it would allow them."""

    def __init__(self, document, strict):
        self.document, self.strict = document, strict
        self.checks = {
            "type": self.check_type, "const": self.check_const, "enum": self.check_enum,
            "pattern": self.check_pattern, "minLength": self.check_length,
            "maxLength": self.check_length, "minimum": self.check_size, "maximum": self.check_size,
            "required": self.check_required, "properties": self.check_properties,
            "additionalProperties": self.check_additional, "minProperties": self.check_count,
            "items": self.check_items, "minItems": self.check_count, "maxItems": self.check_count,
            "uniqueItems": self.check_unique, "oneOf": self.check_one_of, "not": self.check_not}

    def resolve(self, reference):
        if not reference.startswith("#/"):
            raise KeyError(reference)
        return at_pointer(self.document, reference[1:])

    def faults(self, schema, value, where=""):
        """Sentences about what does not fit, each with its JSON pointer."""
        found = []
        if "$ref" in schema:
            found += self.faults(self.resolve(schema["$ref"]), value, where)
        for keyword in schema:
            if keyword in self.checks:
                found += self.checks[keyword](schema, value, where, keyword)
            elif keyword != "$ref" and keyword not in ANNOTATIONS:
                found.append(f"{where}: the lint does not know the keyword {keyword}")
        return found

    def check_type(self, schema, value, where, _):
        right = isinstance(value, TYPES[schema["type"]])
        if isinstance(value, bool) and schema["type"] == "integer":
            right = False
        return [] if right else [f"{where}: {value!r} is no {schema['type']}"]

    def check_const(self, schema, value, where, _):
        return [] if value == schema["const"] else [f"{where}: {value!r} is not {schema['const']}"]

    def check_enum(self, schema, value, where, _):
        return [] if value in schema["enum"] else [f"{where}: {value!r} is none of {schema['enum']}"]

    def check_pattern(self, schema, value, where, _):
        if isinstance(value, str) and not re.search(schema["pattern"], value):
            return [f"{where}: {value!r} does not fit {schema['pattern']}"]
        return []

    def check_length(self, schema, value, where, keyword):
        if not isinstance(value, str):
            return []
        right = len(value) >= schema[keyword] if keyword[:3] == "min" else len(value) <= schema[keyword]
        return [] if right else [f"{where}: {keyword} is {schema[keyword]}"]

    def check_size(self, schema, value, where, keyword):
        if not isinstance(value, int):
            return []
        right = value >= schema[keyword] if keyword == "minimum" else value <= schema[keyword]
        return [] if right else [f"{where}: {value} is beyond the {keyword} {schema[keyword]}"]

    def check_count(self, schema, value, where, keyword):
        if not isinstance(value, dict if keyword == "minProperties" else list):
            return []
        right = len(value) >= schema[keyword] if keyword[:3] == "min" else len(value) <= schema[keyword]
        return [] if right else [f"{where}: {keyword} is {schema[keyword]}"]

    def check_required(self, schema, value, where, _):
        if not isinstance(value, dict):
            return []
        return [f"{where}: {name} is missing" for name in schema["required"] if name not in value]

    def check_properties(self, schema, value, where, _):
        if not isinstance(value, dict):
            return []
        known = schema["properties"]
        found = []
        for name, inner in value.items():
            if name in known:
                found += self.faults(known[name], inner, f"{where}/{name}")
            elif self.strict and "additionalProperties" not in schema:
                found.append(f"{where}: {name} is not described")
        return found

    def check_additional(self, schema, value, where, _):
        if schema["additionalProperties"] is not False:
            return [f"{where}: the lint knows only additionalProperties: false"]
        if not isinstance(value, dict):
            return []
        return [f"{where}: {name} is unknown" for name in value
                if name not in schema.get("properties", {})]

    def check_items(self, schema, value, where, _):
        if not isinstance(value, list):
            return []
        found = []
        for index, inner in enumerate(value):
            found += self.faults(schema["items"], inner, f"{where}/{index}")
        return found

    def check_unique(self, schema, value, where, _):
        if not schema["uniqueItems"] or not isinstance(value, list):
            return []
        texts = [json.dumps(item, sort_keys=True) for item in value]
        return [] if len(set(texts)) == len(texts) else [f"{where}: an item comes twice"]

    def check_one_of(self, schema, value, where, _):
        results = [self.faults(branch, value, where) for branch in schema["oneOf"]]
        fits = sum(not faults for faults in results)
        if fits == 1:
            return []
        if fits > 1:
            return [f"{where}: fits {fits} alternatives instead of one"]
        chosen = self.discriminated(schema, value)
        if chosen is not None:
            return self.faults(chosen, value, where)
        return [f"{where}: fits no alternative ({'; or '.join(fault[0] for fault in results)})"]

    def discriminated(self, schema, value):
        rule = schema.get("discriminator")
        if not rule or not isinstance(value, dict):
            return None
        target = rule["mapping"].get(value.get(rule["propertyName"]))
        return {"$ref": target} if target else None

    def check_not(self, schema, value, where, _):
        if self.faults(schema["not"], value, where):
            return []
        return [f"{where}: fits {schema['not']}, which it must not"]
