"""What fingerprints leave out: columns that change without anybody having changed anything, each with its reason."""

BOOKKEEPING: dict[str, dict[str, str]] = {}
