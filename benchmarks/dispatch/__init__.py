"""How good the engine's answers are and what they cost, beside rivals on the same instances, in one run."""
