from django.urls import path

from tenants import views
from tenants.views import background

app_name = "tenants"
urlpatterns = [
    path("audit/", views.audit, name="audit"),
    path("audit/export.csv", views.audit_export, name="audit_export"),
    path("organizations/", views.choose, name="choose"),
    path("organizations/<slug:slug>/", views.enter, name="enter"),
    path("settings/members/", views.member_list, name="member_list"),
    path("settings/members/<uuid:pk>/", views.member_edit, name="member_edit"),
    path("settings/departments/", views.department_list, name="department_list"),
    path("settings/departments/<uuid:pk>/", views.department_edit, name="department_edit"),
    path("settings/departments/<uuid:pk>/remove/", views.department_remove, name="department_remove"),
    path("settings/deputies/", views.deputies, name="deputies"),
    path("settings/deputies/<uuid:pk>/end/", views.deputy_end, name="deputy_end"),
    path("settings/runs/", background.run_list, name="run_list"),
    path("settings/dead-letters/", background.dead_letters, name="dead_letters"),
    path("settings/dead-letters/replay/", background.dead_letters_replay, name="dead_letters_replay"),
    path("settings/dead-letters/<uuid:pk>/replay/", background.dead_letter_replay, name="dead_letter_replay"),
    path("settings/tokens/", views.token_list, name="token_list"),
    path("settings/tokens/<uuid:pk>/revoke/", views.token_revoke, name="token_revoke"),
]
