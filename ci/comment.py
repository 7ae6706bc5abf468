"""`comment start` and `comment end`: one comment a request, which always says whose result it shows.

Two pushes race: the older one's job may end last. So before it writes, each job asks where the branch is now, and leaves a
comment alone that a newer one has written or marked. Only comments of the token's own user are touched.
"""

from __future__ import annotations

import os

from hosts import Comment, Host, host_of
from outputs import folder, read_json, say, setting
from place import Place
from status import conclude
from sticky import NONE, OUTDATED, Sticky, fitting, is_ours, outdated, overtaken, parse, without_marker

NEWER = "the comment is left alone: the branch has gone on to {head}"


def start(place: Place) -> int:
    """Mark the comment that is there; make none. Raises `Refused`."""
    if not _can_comment(place):
        return 0
    host = host_of(place)
    head = host.head()
    if head != place.head:
        say(NEWER.format(head=head))
        return 0
    found = _own(host, place.name)
    if found:
        marked = outdated(parse(found[0].body, place.name), place.head, _lang())
        host.update(found[0].id, marked.text)
        say("the comment of the run before is marked as outdated")
    return 0


def end(place: Place) -> int:
    """Post the report, or where there is none what the exit status means. Raises `Refused`."""
    if not _can_comment(place):
        return 0
    host = host_of(place)
    done = Sticky(place.name, result=place.head, report=_report(place))
    host.api.retry(lambda: _post(host, place, done))
    return 0


def _can_comment(place: Place) -> bool:
    if place.number and place.writes:
        return True
    say("no comment: " + ("there is no token that may write one" if place.number else "this is no pull or merge request"))
    return False


def _post(host: Host, place: Place, done: Sticky) -> None:
    found = _own(host, place.name)
    there = parse(found[0].body, place.name) if found else None
    head = host.head()
    if there and not _may_replace(there, place.head, head):
        say(NEWER.format(head=head))
        return
    _write(host, found, _as_of(head, done))
    now = host.head()
    if now != head:
        _write(host, _own(host, place.name), _as_of(now, done))
    say(f"the comment shows the result for {place.head}")


def _as_of(head: str, done: Sticky) -> Sticky:
    return done if head == done.result else overtaken(done, head, _lang())


def _may_replace(there: Sticky, ours: str, head: str) -> bool:
    """Ours is the newest, or nobody newer has been at the comment."""
    return head == ours or ours in (there.checking, there.result) or (there.result, there.checking) == (NONE, NONE)


def _write(host: Host, found: list[Comment], sticky: Sticky) -> None:
    """Into the oldest; where two jobs made one each at the same moment, the others go."""
    if not found:
        host.create(sticky.text)
        return
    host.update(found[0].id, sticky.text)
    for spare in found[1:]:
        host.delete(spare.id)


def _own(host: Host, name: str) -> list[Comment]:
    return [comment for comment in host.comments() if comment.own and is_ours(comment.body, name)]


def _report(place: Place) -> str:
    """The program's Markdown with a link to the job; without one, what its exit status means."""
    path = folder() / "report.md"
    link = _link()
    text = without_marker(path.read_text(encoding="utf-8"), place.name) if path.is_file() else ""
    if not text.strip():
        found = conclude(read_json(folder() / "outcome.json"), place)
        text = f"**gemini-eval: {found.title}**\n\n{found.summary}\n"
    return fitting(f"{text.rstrip()}\n\n[job]({link})\n" if link else text, _lang(), link)


def _link() -> str:
    if os.environ.get("GITHUB_ACTIONS") == "true":
        return "/".join(
            (os.environ["GITHUB_SERVER_URL"], os.environ["GITHUB_REPOSITORY"], "actions/runs", os.environ["GITHUB_RUN_ID"])
        )
    return os.environ.get("CI_JOB_URL", "")


def _lang() -> str:
    lang = setting("LANG", "en")
    return lang if lang in OUTDATED else "en"
