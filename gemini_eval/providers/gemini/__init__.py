"""Gemini on Vertex AI and on the developer API over plain REST. `provider` asks; everything beside credentials is pure."""
