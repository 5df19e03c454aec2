"""Rule packs: YAML in, checked and dated rules, rule tables and comparisons out."""
