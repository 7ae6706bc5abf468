"""Tuning on Vertex AI through the official clients: jobs, checkpoints, endpoints."""
