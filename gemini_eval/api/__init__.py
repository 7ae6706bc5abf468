"""The Python API: what `import gemini_eval` offers, each part loaded when it is first used."""
