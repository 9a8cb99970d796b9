"""Writing bodies: JSON, moments in UTC, decimals as text with their places."""

import orjson
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer


class Json(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None  # JSON is UTF-8 and says so itself

    def render(self, data, accepted_media_type=None, renderer_context=None):
        """Nothing for no data: a 204 has no body."""
        return b"" if data is None else orjson.dumps(data, default=str, option=orjson.OPT_UTC_Z)


class AsItIs(BaseContentNegotiation):
    """A file is answered as the kind it is; a refusal as JSON."""

    def select_parser(self, request, parsers):
        return parsers[0]

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type
