"""Everything the clock asks for, on one screen: name -> what runs, for each active organization.

What runs takes its `ScheduledRun`, opens the tenant itself, and answers a dict of figures: the outcome people read. A
worker may die in the middle and another run it again, so running it twice must be the same as once.
"""

from tenants.engine import Schedule

SCHEDULES: dict[str, Schedule] = {
    "run_log": Schedule("tenants.actions.schedules.tidy", "Old runs are forgotten", at="03:30"),
    "escalation_watch": Schedule("notifications.actions.escalation_watch.watch", "Missed steps are told", every=60),
    "escalation_lint": Schedule("notifications.actions.escalation_watch.lint", "Steps that reach nobody", at="04:10"),
    "webhook_log": Schedule("notifications.actions.webhook_calls.forget", "Old calls of endpoints go", at="03:40"),
    "look_again": Schedule("dispatch.actions.looking_again.look", "What nobody could take is offered", every=300),
    "dispatch_log": Schedule("dispatch.actions.looking_again.tidy", "What dispatch waited for goes", at="03:50"),
    "retention": Schedule("notifications.actions.retention.run", "Old entries of inboxes are forgotten", at="02:00"),
}
