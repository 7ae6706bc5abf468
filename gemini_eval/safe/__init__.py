"""Everything that untrusted input can reach: files, YAML, JSON, patterns, templates, terminals, programs; one door each."""
