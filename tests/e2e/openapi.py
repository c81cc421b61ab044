"""What the tests need of OpenAPI 3.1 and JSON Schema: is a document sound, does a value match.

Knows the keywords that api/openapi.json uses and refuses all others, so that none is passed over.
"""

import re

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_ANNOTATIONS = {"description", "default", "format"}
_KEYWORDS = {"$ref", "type", "properties", "required", "additionalProperties", "items", "enum",
             "const", "pattern", "minimum", "maximum", "minItems", "oneOf", "anyOf"}
_TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def resolve(document, node):
    """What a reference points to; other nodes are themselves. KeyError if there is nothing."""
    while isinstance(node, dict) and "$ref" in node:
        target = document
        assert node["$ref"].startswith("#/"), f"not a reference within the document: {node}"
        for part in node["$ref"][2:].split("/"):
            target = target[part]
        node = target
    return node


def operations(document):
    """(method, path, operation) of all."""
    return [(method, path, operation) for path, methods in document["paths"].items()
            for method, operation in methods.items()]


def find_schemas(node):
    """All schemas below `node` of paths or components other than schemas."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "schema":
                yield value
            else:
                yield from find_schemas(value)
    elif isinstance(node, list):
        for value in node:
            yield from find_schemas(value)


def schema_faults(document, schema, where):
    """What is wrong with a schema itself."""
    if not isinstance(schema, dict):
        return [f"{where}: not a schema: {schema!r}"]
    faults = [f"{where}: unknown keyword {key}"
              for key in schema.keys() - _KEYWORDS - _ANNOTATIONS]
    if "$ref" in schema:
        try:
            resolve(document, schema)
        except KeyError as missing:
            faults.append(f"{where}: {schema['$ref']} leads nowhere: {missing}")
        return faults
    types = schema.get("type", [])
    for each in [types] if isinstance(types, str) else types:
        if each not in _TYPES and each not in ("integer", "number"):
            faults.append(f"{where}: unknown type {each}")
    properties = schema.get("properties", {})
    for name in schema.get("required", ()):
        if properties and name not in properties:
            faults.append(f"{where}: requires {name}, which it does not describe")
    for name, each in properties.items():
        faults += schema_faults(document, each, f"{where}.{name}")
    for name in ("items", "additionalProperties"):
        if isinstance(schema.get(name), dict):
            faults += schema_faults(document, schema[name], f"{where}.{name}")
    for each in schema.get("oneOf", []):
        faults += schema_faults(document, each, f"{where}.oneOf")
    if "pattern" in schema:
        re.compile(schema["pattern"])
    return faults


def _has_type(value, name):
    if name in ("integer", "number"):
        return (isinstance(value, (int, float) if name == "number" else int)
                and not isinstance(value, bool))
    return isinstance(value, _TYPES[name])


def _scalar_mismatches(schema, value, where):
    types = schema.get("type")
    if types:
        types = [types] if isinstance(types, str) else types
        if not any(_has_type(value, name) for name in types):
            return [f"{where}: {value!r} is not of type {' or '.join(types)}"]
    faults = []
    if "enum" in schema and value not in schema["enum"]:
        faults.append(f"{where}: {value!r} is none of {schema['enum']}")
    if "const" in schema and value != schema["const"]:
        faults.append(f"{where}: {value!r} is not {schema['const']!r}")
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        faults.append(f"{where}: {value!r} does not match {schema['pattern']}")
    if isinstance(value, (int, float)):
        if value < schema.get("minimum", value) or value > schema.get("maximum", value):
            faults.append(f"{where}: {value!r} is out of range")
    return faults


def mismatches(document, schema, value, where="the answer"):
    """How a value differs from a schema. Members that the schema does not name are differences:
    what the daemon answers is to be described."""
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    schema = resolve(document, schema)
    if "oneOf" in schema:
        found = [mismatches(document, each, value, where) for each in schema["oneOf"]]
        matching = sum(not faults for faults in found)
        return [] if matching == 1 else [f"{where}: {matching} alternatives match", *sum(found, [])]
    faults = _scalar_mismatches(schema, value, where)
    if isinstance(value, dict) and ("properties" in schema or "additionalProperties" in schema):
        properties = schema.get("properties", {})
        faults += [f"{where}: lacks {each}" for each in schema.get("required", ())
                   if each not in value]
        for key, each in value.items():
            inner = properties.get(key, schema.get("additionalProperties", False))
            if inner is False:
                faults.append(f"{where}: has the member {key}, which the schema {name} of "
                              "api/openapi.json does not name: add it")
            elif isinstance(inner, dict):
                faults += mismatches(document, inner, each, f"{where}.{key}")
    if isinstance(value, list):
        if len(value) < schema.get("minItems", 0):
            faults.append(f"{where}: too few items")
        for number, each in enumerate(value):
            faults += mismatches(document, schema.get("items", {}), each, f"{where}[{number}]")
    return faults
