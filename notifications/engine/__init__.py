"""When somebody may be disturbed, and when their digest comes: plain values in, moments out."""
