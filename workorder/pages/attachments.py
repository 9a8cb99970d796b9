"""Handing out a file that somebody brought, so that no browser ever runs what is in it."""

from django.http import FileResponse

HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}


def handed_out(attachment, content):
    """The file to be saved under its own name; the name is written as RFC 6266 says."""
    return FileResponse(
        content, as_attachment=True, filename=attachment.name, content_type=attachment.content_type, headers=HEADERS
    )
