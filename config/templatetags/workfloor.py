"""What every template may use, whatever app it is in."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from tenants.queries.dead import how_many

register = template.Library()


@register.simple_tag
def icon(name, classes=""):
    """One symbol of the sprite. It is decoration: the words beside it, or an aria-label, say what it means."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        classes,
        static("workfloor/icons.svg"),
        name,
    )


@register.simple_tag
def dead_letters():
    """How many rows of the organization nobody tries any more."""
    return how_many()


@register.filter
def described(bound):
    """A form field with what assistive technology needs: invalid or not, and which texts explain it."""
    ids = [f"{bound.auto_id}_error"] if bound.errors else []
    ids += [f"{bound.auto_id}_hint"] if bound.help_text else []
    look = "check" if bound.widget_type == "checkbox" else "input"
    attrs = {"class": f"{look} {bound.field.widget.attrs.get('class', '')}".strip()}
    if ids:
        attrs["aria-describedby"] = " ".join(ids)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    return bound.as_widget(attrs=attrs)


@register.simple_tag(takes_context=True)
def current(context, *names):
    """`aria-current` for a link to the place we are in: a view whose name starts with one of `names`."""
    match = getattr(context.get("request"), "resolver_match", None)
    return mark_safe('aria-current="page"') if match and match.view_name.startswith(names) else ""  # noqa: S308
