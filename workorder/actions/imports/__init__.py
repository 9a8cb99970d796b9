"""Orders from a file: brought, looked through row by row, then written all together or not at all."""

from workorder.actions.imports.intake import discard, upload, write
from workorder.actions.imports.steps import run

__all__ = ["discard", "run", "upload", "write"]
