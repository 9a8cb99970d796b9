"""Every answer of the API is held against its own description: status, content type and body, field by field.

A field that is shown but not described is as wrong as one that is described but not shown, so objects are closed here.
"""

import functools
import json
import re

from django.test import Client
from jsonschema import Draft202012Validator, FormatChecker

NOT_OFFERED = (404, 405)  # an address or a method there is none of
DOCUMENTS = re.compile(r"/api/(v\d+/)?(schema/|docs/)?$")  # lists of addresses, and the descriptions themselves


class Contract:
    """The description of one version, as it is served to everybody."""

    def __init__(self, document):
        self._components = closed(document.get("components", {}))
        by_fewest_parameters = sorted(document["paths"].items(), key=lambda entry: entry[0].count("{"))
        self._operations = [
            (method.upper(), re.compile(re.sub(r"{\w+}", "[^/]+", path) + "$"), operation["responses"])
            for path, operations in by_fewest_parameters
            for method, operation in operations.items()
        ]
        self._validators = {}

    def check(self, method, path, answer):
        here = path.partition("?")[0]
        described = next((said for verb, way, said in self._operations if verb == method and way.match(here)), None)
        if described is None:
            assert answer.status_code in NOT_OFFERED or DOCUMENTS.match(here), f"{method} {here} is not described"
            return
        if answer.status_code == 405:  # `read-all/` looks like an id to the description, not to the router
            return
        what = f"{method} {here} -> {answer.status_code}"
        assert str(answer.status_code) in described, f"{what} is not described"
        content = described[str(answer.status_code)].get("content", {})
        if not content:
            assert answer.content == b"", f"{what} should have no body"
            return
        kind = answer["Content-Type"].partition(";")[0]
        assert kind in content, f"{what}: {kind} is not described"
        if answer.streaming:  # a file: its kind is all that can be described
            return
        said = answer.body if kind.endswith("json") else answer.text
        mistakes = self._validator(content[kind]["schema"]).iter_errors(said)
        assert [f"{error.json_path}: {error.message}" for error in mistakes] == [], f"{what} is not as described"

    def _validator(self, schema):
        """Made once for each schema, which lives as long as the document."""
        if id(schema) not in self._validators:
            whole = {**closed(schema), "components": self._components}
            self._validators[id(schema)] = Draft202012Validator(whole, format_checker=FormatChecker())
        return self._validators[id(schema)]


def closed(schema):
    """OpenAPI 3.0 as JSON Schema: `nullable` spelled out, and objects with properties closed."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: closed(part) for name, part in schema.items() if name != "nullable"}
    if isinstance(found.get("properties"), dict) and found.get("type") == "object":
        found.setdefault("additionalProperties", False)
    return {"anyOf": [found, {"type": "null"}]} if schema.get("nullable") is True else found


@functools.cache
def contract(version):
    answer = Client(HTTP_HOST="localhost").get(f"/api/{version}/schema/?format=json")
    return Contract(json.loads(answer.content))


class Contracts:
    """All versions; each description is asked for when the first of its answers comes."""

    def check(self, method, path, answer):
        if version := re.match(r"/api/(v\d+)/", path):
            contract(version[1]).check(method, path, answer)
