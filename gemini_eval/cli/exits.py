"""From what was raised to what is printed and the exit status: 2 input, 130 interrupted, 3 run, 1 gate, 4 undecided, 0."""

from __future__ import annotations

import io
import sys

import click

from gemini_eval.cli.faults import print_faults
from gemini_eval.errors import Fault, FileRefusedError, GeminiEvalError, InputError, RunError, ValueRefusedError
from gemini_eval.safe.files import drain_stdout


def guarded(command: click.Command) -> int:
    """Run the command line and return its exit status; nothing that users can cause ends in a traceback."""
    _ensure_streams()
    try:
        status = command.main(prog_name="gemini-eval", standalone_mode=False)
        sys.stdout.flush()
        return status if isinstance(status, int) else 0
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        print("interrupted", file=sys.stderr)
        return 130
    except InputError as error:
        print_faults(error.faults)
        return error.exit_status
    except (RunError, FileRefusedError, ValueRefusedError) as error:
        print_faults([Fault(error.reason, None, error.hint)])
        return error.exit_status
    except GeminiEvalError as error:
        print_faults([Fault(str(error))])
        return error.exit_status
    except (BrokenPipeError, SystemExit):  # click exits where it finds the pipe broken
        return _stdout_closed()
    except OSError as error:
        if error.filename is None and sys.stdout.closed is False:
            print(f"error: the output can't be written: {error.strerror}", file=sys.stderr)
            return _stdout_closed(3)
        raise


def _ensure_streams() -> None:
    """Python has no stream where one was closed before it started; what is printed then goes nowhere."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))


def _stdout_closed(status: int = 0) -> int:
    """Whoever read the output has left; Python must not complain about it at exit."""
    drain_stdout()
    return status
