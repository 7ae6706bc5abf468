"""What writes the generated pages; no part of the package."""
