"""Find the words that cost money in what agents wrote, and only them."""
