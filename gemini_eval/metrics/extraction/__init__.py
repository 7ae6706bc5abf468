"""Fields of extracted JSON: comparators, how they pair and count, and what they infer. What `fields:` declares."""
