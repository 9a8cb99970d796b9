"""What the pages of notifications show, and what they add to the pages of others: one module per noun."""

from notifications.pages.quiet import week_of

__all__ = ["week_of"]
