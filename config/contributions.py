"""What upper apps add to the nouns of lower ones: noun -> slot -> functions, each taking a list of objects.

`verbs(objects, member)` answers `{id: [verb, …]}` for `allowed_actions`, `fields(objects)` answers
`{id: {name: value}}`, `panels(objects, request=, …)` answers `{id: HTML}` for their pages, `unread(ids)` answers
`{member id: count}` for the badge, `limits(members)` answers `{member id: how many tasks at once}`, and
`today(members, request=)` answers `{id: HTML}` for above their tasks.
`history(tasks)` answers `(noun, rows)` of what belongs to the story of tasks. What an app knows of events is no
function but its tables, which tenants.words puts together.
"""

CONTRIBUTIONS = {
    "task": {
        "verbs": ["dispatch.access.task_verbs"],
        "fields": ["dispatch.queries.why_of"],
        "panels": [
            "dispatch.pages.assignment_panels",
            "dispatch.pages.task_panels",
            "dispatch.pages.why_panels",
            "notifications.pages.escalations.escalation_panels",
            "notifications.pages.follows.follow_panels",
        ],
        "history": ["dispatch.queries.history_of"],
    },
    "workorder": {
        "panels": ["notifications.pages.escalations.escalation_panels", "notifications.pages.follows.follow_panels"]
    },
    "ticket": {
        "panels": ["notifications.pages.escalations.escalation_panels", "notifications.pages.follows.follow_panels"]
    },
    "event": {
        "sentences": [
            "tenants.words.SENTENCES",
            "workorder.words.SENTENCES",
            "dispatch.words.SENTENCES",
            "notifications.words.SENTENCES",
        ],
        "names": ["tenants.words.NAMES", "workorder.words.NAMES", "dispatch.words.NAMES", "notifications.words.NAMES"],
        "keys": ["tenants.words.KEYS", "workorder.words.KEYS", "dispatch.words.KEYS", "notifications.words.KEYS"],
        "places": [
            "tenants.words.PLACES",
            "workorder.words.PLACES",
            "dispatch.words.PLACES",
            "notifications.words.PLACES",
        ],
    },
    "member": {
        "unread": ["notifications.queries.unread_counts"],
        "limits": ["dispatch.queries.running_limits"],
        "panels": ["dispatch.pages.member_panels"],
        "today": ["dispatch.pages.clock_panel"],
    },
}
