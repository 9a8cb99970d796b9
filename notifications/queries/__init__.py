from notifications.queries.inbox import unread_count, unread_counts

__all__ = ["unread_count", "unread_counts"]
