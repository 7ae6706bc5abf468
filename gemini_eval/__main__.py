"""`python -m gemini_eval` is `gemini-eval`."""

from gemini_eval.cli.main import main

main()
