from django.http import Http404
from django.views.decorators.http import require_POST

from tenants.access import SESSION_KEY, elsewhere
from tenants.pages import goto, page
from tenants.queries import memberships_of


def choose(request):
    """The organizations somebody may enter; also where those go who belong to none."""
    if request.caller.user is None:
        return elsewhere(request)
    mine = memberships_of(request.caller.user.pk)
    return page(request, "tenants/choose.html", memberships=mine, next=request.GET.get("next", ""))


@require_POST
def enter(request, slug):
    """Remember the choice for this session, under a new session key: what was seen before belongs to another house."""
    if request.caller.user is None:
        return elsewhere(request)
    mine = {member.organization.slug: member for member in memberships_of(request.caller.user.pk)}
    if slug not in mine:
        raise Http404
    request.session.cycle_key()
    request.session[SESSION_KEY] = str(mine[slug].organization_id)
    return goto(request, "reports:dashboard")
