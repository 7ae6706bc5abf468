"""`check`, `aa` and `upgrade`: two sides asked side by side, and decided."""
