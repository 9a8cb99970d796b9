"""What the platform's staff may look at."""

from tenants.admin import show

show("workorder")
