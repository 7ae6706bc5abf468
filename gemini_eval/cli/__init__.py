"""The command line: arguments, printing, exit status, nothing else."""
