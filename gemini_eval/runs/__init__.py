"""A run on disk: answers appended as they arrive, judged cases, the header, and finding runs again."""
