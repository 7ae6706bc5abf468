"""Other revisions of the user's files, read out of git: nothing is checked out, nothing that a repository configures is run."""
