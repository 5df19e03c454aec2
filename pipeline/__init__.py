"""guize: per-platform shop rules joined with a merchant's exported chat and orders."""
