"""Read what merchants export and turn it into facts: lose nothing, leak nothing, say what was done."""
