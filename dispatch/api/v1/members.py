"""What is written down about a member by whoever cares for them: what skills, shifts and capacities have in common."""

from rest_framework.exceptions import PermissionDenied

from dispatch import access
from tenants.api.v1.history import Remembered
from tenants.states import Role


class OfMember(Remembered):
    """A noun with a `member`; `make` and `alter` are its verbs."""

    make = alter = None
    related = ("member",)
    roles = {"create": Role.SUPERVISOR}

    def get_queryset(self):
        return super().get_queryset().select_related(*self.related)

    def may(self, member, verb, obj):
        return access.cares_for(member, obj.member)

    def create(self, request):
        sent = self.sent()
        sent.pop("seen", None)
        if not access.cares_for(self.member, sent["member"]):
            raise PermissionDenied("They belong to another department.")
        return self.created(self.make(by=self.member, **sent))

    def partial_update(self, request, pk):
        row = self.thing()
        self.alter(row, by=self.member, **self.sent(partial=True))
        return self.changed(row)
