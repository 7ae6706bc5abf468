"""Suite files in, a checked `Suite` and a stream of `Case`s out."""
