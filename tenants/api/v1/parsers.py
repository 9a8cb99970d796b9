"""Reading bodies: JSON, of a bounded size and depth, and nothing else."""

import orjson
from django.conf import settings
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser, MultiPartParser

MOST_LEVELS = 16
AROUND = 64 * 1024  # what a form says around its file


class TooLarge(APIException):
    status_code = 413
    default_code = "too_large"
    default_detail = "The body is too large."


class Json(JSONParser):
    """Strict: UTF-8, finite numbers, whole surrogate pairs. What passes here can be stored and answered again."""

    def parse(self, stream, media_type=None, parser_context=None):
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise TooLarge(f"The body is larger than {limit} bytes.")
        try:
            data = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            raise ParseError(f"This is not JSON: {error}") from error
        if _is_deeper(data, MOST_LEVELS):
            raise ParseError("The body is nested too deeply.")
        return data


class Form(MultiPartParser):
    """A form with a file of at most `most` bytes. How long it is has to be said beforehand: nobody reads a gigabyte to
    refuse it."""

    def __init__(self, most):
        self.most = max(most, settings.DATA_UPLOAD_MAX_MEMORY_SIZE) + AROUND

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            length = int(parser_context["request"].META.get("CONTENT_LENGTH") or 0)
        except ValueError as error:
            raise ParseError("Content-Length is no number.") from error
        if length > self.most:
            raise TooLarge(f"The body is larger than {self.most} bytes.")
        return super().parse(stream, media_type, parser_context)


def _is_deeper(value, levels):
    if levels == 0:
        return True
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_is_deeper(item, levels - 1) for item in inner)
