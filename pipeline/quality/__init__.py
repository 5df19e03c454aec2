"""Three gates that every run passes before anything is published: facts, rules, marts."""
