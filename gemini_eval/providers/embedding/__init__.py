"""Google's embedding models, asked through the official client."""
