"""The shape of what the pages of notifications send: one module per noun."""
