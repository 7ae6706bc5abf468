"""The Vertex AI evaluation service (`evaluateInstances`), asked through the official client."""
