"""What upper apps add to the nouns of lower ones: noun -> slot -> functions, each taking a list of objects.

`verbs(objects, member)` answers `{id: [verb, …]}` for `allowed_actions`, `fields(objects)` answers
`{id: {name: value}}`.
"""

CONTRIBUTIONS = {
    "task": {
        "verbs": ["dispatch.access.task_verbs"],
        "fields": ["dispatch.queries.why_of"],
    },
}
