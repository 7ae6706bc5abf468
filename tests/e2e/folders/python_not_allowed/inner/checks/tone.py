"""Says that it was imported, which nothing here may bring about but the flag and the person's own environment."""

print("imported")


def polite(answer: str, context: object) -> bool:
    return "please" in answer.lower()
