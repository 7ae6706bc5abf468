"""What the GitHub action and the GitLab template run: `python -I ci VERB`, before and without the package.

    where            what is checked, against which revision, and how: DIR/place.json; makes the merge base reachable
    resume           take over the run that an earlier, unfinished try of this job left in DIR.before
    check            run `gemini-eval check`; its exit status goes to DIR/outcome.json, not to the job
    keep             copy the run folders into DIR, for the artifact
    comment start    mark the comment on the pull or merge request as outdated
    comment end      post the report there, or what ended instead
    status start     a check run of its own on the commit, "in progress" (GitHub, where a status name is given)
    status end       its conclusion; and the job's exit status

DIR is $GEMINI_EVAL_CI_DIR. Standard library only, Python 3.11 and newer. `-I` keeps the checked-out files off Python's path.

Exit status: 0, or 1 where an API did not do what was asked, or 2 where something here is wrong; of `status end` the job's own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

import base
import check
import comment
import resume
import status
from outputs import Trouble, say_error
from place import look

VERBS: Mapping[tuple[str, ...], Callable[[], int]] = {
    ("where",): base.where,
    ("resume",): resume.resume,
    ("check",): check.check,
    ("keep",): resume.keep,
    ("comment", "start"): lambda: comment.start(look()),
    ("comment", "end"): lambda: comment.end(look()),
    ("status", "start"): lambda: status.start(look()),
    ("status", "end"): status.end,
}


def main(words: tuple[str, ...]) -> int:
    verb = VERBS.get(words)
    if verb is None:
        say_error(f"there is no «{' '.join(words)}»; there are {', '.join(' '.join(names) for names in VERBS)}")
        return 2
    try:
        return verb()
    except Trouble as trouble:
        say_error(str(trouble))
        return trouble.status


if __name__ == "__main__":
    sys.exit(main(tuple(sys.argv[1:])))
