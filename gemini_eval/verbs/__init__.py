"""What the commands and the Python API do, one file a verb; they return records and print nothing."""
