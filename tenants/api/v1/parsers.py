"""Reading bodies: JSON, of a bounded size and depth, and nothing else."""

import orjson
from django.conf import settings
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser

MOST_LEVELS = 16


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


def _is_deeper(value, levels):
    if levels == 0:
        return True
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_is_deeper(item, levels - 1) for item in inner)
