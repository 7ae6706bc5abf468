"""The verbs of `tune`: what each does, without arguments or printing."""
