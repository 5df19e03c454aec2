"""One module for each platform's files: the same decisions, written down as that platform would."""
