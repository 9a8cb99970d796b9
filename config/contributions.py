"""What upper apps add to the nouns of lower ones: noun -> slot -> functions, each taking a list of objects.

`verbs(objects, member)` answers `{id: [verb, …]}` for `allowed_actions`, `fields(objects)` answers
`{id: {name: value}}`, `panels(objects, request=, …)` answers `{id: HTML}` for their pages, and `unread(ids)` answers
`{member id: count}` for the badge.
"""

CONTRIBUTIONS = {
    "task": {
        "verbs": ["dispatch.access.task_verbs"],
        "fields": ["dispatch.queries.why_of"],
        "panels": ["dispatch.pages.task_panels"],
    },
    "member": {"unread": ["notifications.queries.unread_counts"]},
}
