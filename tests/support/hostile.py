"""Values that cannot be meant, by the kind of field they are sent for."""

from rest_framework import serializers

NUL = "a\x00b"
TOO_LONG = "x" * 20_001
OBJECT = {"a": 1}
NO_ID = ["x", "1", OBJECT, [], True]

BY_KIND = {
    serializers.BooleanField: ["maybe", 2, OBJECT, [], TOO_LONG],
    serializers.IntegerField: ["x", "1.5", 10**30, -1, OBJECT, [], TOO_LONG],
    serializers.DecimalField: ["x", "NaN", "Infinity", "-1", "1e400", "9" * 40, "0.00000001", OBJECT, [], True, NUL],
    serializers.DateTimeField: ["yesterday", "2026-02-30T00:00:00Z", "0001-01-01T00:00:00Z", 5, OBJECT, [], NUL],
    serializers.DateField: ["yesterday", "2026-02-30", "0001-01-01", "9999-12-31", 5, OBJECT, [], NUL, TOO_LONG],
    serializers.TimeField: ["noon", "25:00", "12:00:99", -5, OBJECT, [], NUL, TOO_LONG],
    serializers.UUIDField: [value for value in NO_ID if value is not True],  # REST framework reads a number as an id
    serializers.ChoiceField: ["hostile", 5, OBJECT, [], True, NUL],
    serializers.EmailField: ["nobody", "a b@c", TOO_LONG, OBJECT, [], NUL],
    serializers.FileField: ["x", 5, OBJECT, []],
    serializers.CharField: [TOO_LONG, NUL, OBJECT, [], True],
    serializers.RelatedField: NO_ID,
    serializers.ListField: ["x", 5, OBJECT, [""], [NUL], [TOO_LONG], [OBJECT], ["x"] * 101],
    serializers.ListSerializer: ["x", 5, OBJECT, ["x"], [5], [[]], [{}], [OBJECT] * 101],
}
BODIES = {
    "empty": b"",
    "cut-off": b'{"a": ',
    "no-json": b"\xff\xfe",
    "list": b"[]",
    "text": b'"text"',
    "number": b"5",
    "null": b"null",
    "not-a-number": b'{"quantity": NaN}',
    "deep": b'{"a":' * 40 + b"1" + b"}" * 40,
}
IDS = ("x", "0", "../me", "%00", "01900000-0000-7000-8000-00000000000", "'; --", "a" * 300)


def values_for(field):
    """What must be refused for a serializer's field."""
    kind = next(kind for kind in type(field).__mro__ if kind in BY_KIND)
    found = list(BY_KIND[kind])
    if not field.allow_null:
        found.append(None)
    return found
