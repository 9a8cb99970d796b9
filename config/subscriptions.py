"""Every reaction in the system on one screen: kind of event -> who reacts to it."""

ANNOUNCE = "notifications.subscribers.announce"

SUBSCRIPTIONS: dict[str, list[str]] = {}

# Rows that work outside the database, and what runs one of them.
RUNNERS = {"notifications.message": "notifications.actions.messages.send"}
