"""Rubrics: what a judge, a model of its own, is asked about an answer, and what its replies say. Pure: nobody is asked here."""
