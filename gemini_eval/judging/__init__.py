"""A case with its answers -> one `CaseResult`: extraction, vote or requirement, assertions, outcome."""
