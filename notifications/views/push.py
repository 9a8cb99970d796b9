"""The worker that a browser keeps for us while no page of ours is open."""

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe


@require_safe
def worker(request):
    """A script for anybody; it has to lie at the root, or it would be asked for pages below its folder alone."""
    answer = HttpResponse(render_to_string("notifications/sw.js"), content_type="text/javascript; charset=utf-8")
    answer.headers["Cache-Control"] = "no-cache"
    return answer
