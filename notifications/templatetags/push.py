"""Whether a page may offer browser push."""

from django import template

from notifications.transports.push import public_key

register = template.Library()


@register.simple_tag
def push_key():
    """The key a browser subscribes with; empty where there is no push."""
    return public_key()
