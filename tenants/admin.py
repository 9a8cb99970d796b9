"""For the platform's staff: organizations and users may be edited. The rows of an organization can only be looked at,
only after entering it, and its ledger says who did: verbs need a member."""

import uuid
from functools import wraps

from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.html import format_html

from tenants import context
from tenants.actions import platform
from tenants.context import tenant
from tenants.models import Organization, TenantRow, User

VISIT = "platform_visit"  # in the session: which organization, and until when
VISIT_SECONDS = 3600
SECRETS = {"digest", "secret", "previous_secret", "p256dh", "auth"}


def visited(request):
    """The organization somebody of the staff has entered, or None; after an hour they enter it again."""
    visit = request.session.get(VISIT)
    if not visit or visit["until"] < context.now().timestamp():
        return None
    return Organization.objects.filter(pk=visit["organization"]).first()


def is_staff(request):
    return request.user.is_active and request.user.is_staff


class Kept(admin.ModelAdmin):
    """People and organizations are ended, not deleted: what they did names them."""

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Organization)
class OrganizationAdmin(Kept):
    list_display = ["slug", "name", "status", "time_zone", "look_inside"]
    list_filter = ["status"]
    search_fields = ["slug", "name"]

    def get_urls(self):
        enter = path("<uuid:pk>/enter/", self.admin_site.admin_view(self.enter), name="tenants_organization_enter")
        return [enter, *super().get_urls()]

    @admin.display(description="Its rows")
    def look_inside(self, organization):
        return format_html(
            '<a href="{}">Enter</a>', reverse("admin:tenants_organization_enter", args=[organization.pk])
        )

    def enter(self, request, pk):
        """Ask first; entering is written down where the organization's own people see it."""
        organization = Organization.objects.filter(pk=pk).first()
        if organization is None:
            raise Http404
        if request.method == "POST":
            platform.enter(organization, staff=request.user)
            until = context.now().timestamp() + VISIT_SECONDS
            request.session[VISIT] = {"organization": str(organization.pk), "until": until}
            messages.success(request, f"You are in {organization} for an hour, and its history says so.")
            return redirect("admin:index")
        values = {"title": f"Enter {organization}", "organization": organization}
        return render(request, "admin/enter_organization.html", self.admin_site.each_context(request) | values)


@admin.register(User)
class UserAdmin(Kept):
    list_display = ["email", "name", "is_active", "is_staff"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["email", "name"]
    fields = ["email", "name", "is_active", "is_staff", "is_superuser", "last_login"]
    readonly_fields = ["last_login"]


def inside(view):
    """Run a view of the admin in the organization that was entered, rendering included: templates ask for rows too."""

    @wraps(view)
    def guarded(self, request, *args, **kwargs):
        organization = visited(request)
        if organization is None:
            messages.info(request, "Enter an organization first.")
            return redirect("admin:tenants_organization_changelist")
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied("The rows of an organization are only to be looked at.")
        with tenant(organization, atomic=False):
            response = view(self, request, *args, **kwargs)
            return response.render() if hasattr(response, "render") else response

    return guarded


class ReadOnly(admin.ModelAdmin):
    """Rows of the organization that was entered, to be looked at: no adding, no changing, no deleting, no actions."""

    actions = None
    list_select_related = True
    list_per_page = 50
    show_full_result_count = False
    ordering = ["-pk"]

    def get_list_display(self, request):
        usual = ["created_at", "updated_at", "version", "status", "state", "kind"]
        return ["__str__", *(name for name in usual if name in self._columns())]

    def get_fields(self, request, obj=None):
        return self._columns()

    get_readonly_fields = get_fields

    def _columns(self):
        return [field.name for field in self.model._meta.concrete_fields if field.name not in SECRETS]

    def get_object(self, request, object_id, from_field=None):
        try:
            return self.model.objects.filter(pk=uuid.UUID(object_id)).first()
        except ValueError:
            return None

    def has_module_permission(self, request):
        return is_staff(request)

    def has_view_permission(self, request, obj=None):
        return is_staff(request)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    changelist_view = inside(admin.ModelAdmin.changelist_view)
    changeform_view = inside(admin.ModelAdmin.changeform_view)
    delete_view = inside(admin.ModelAdmin.delete_view)
    history_view = inside(admin.ModelAdmin.history_view)


def show(app_label):
    """Let the staff look at every model of an app whose rows belong to an organization."""
    for model in apps.get_app_config(app_label).get_models():
        if issubclass(model, TenantRow):
            admin.site.register(model, ReadOnly)


show("tenants")
