"""The answer cache: what was asked once is not paid for again, by any run of the workspace."""
