"""What every page's frame needs: who is here, where else they may go, and how much they have not read."""

from notifications.queries import unread_count
from tenants.states import Role


def workfloor(request):
    member = getattr(request, "member", None)
    if member is None:
        return {"member": None, "organization": None}
    return {
        "member": member,
        "organization": member.organization,
        "unread_count": _Lazily(unread_count, member),
        "may_audit": member.is_at_least(Role.SUPERVISOR),
        "may_dispatch": member.is_at_least(Role.SUPERVISOR),
    }


class _Lazily:
    """Counts only on pages that show the count, and once."""

    def __init__(self, count, member):
        self._ask = lambda: count(member)

    def __call__(self):
        value = self._ask()
        self._ask = lambda: value
        return value
