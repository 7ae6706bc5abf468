"""Measurements of the figures that this project promises, and the proofs that tests are too short for."""
