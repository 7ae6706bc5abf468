"""Tuning: data, jobs, backends, the registry of tuned models."""
