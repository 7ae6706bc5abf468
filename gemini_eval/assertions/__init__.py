"""What a suite asserts: the tree of metrics, and how it judges one answer. Pure."""
