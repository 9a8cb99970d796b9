"""Why a verb of notifications may not run, or why what was sent cannot be meant: one module per noun."""
