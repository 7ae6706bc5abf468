"""The one comment: found by marker and author, never a second one, never over a newer one's, whatever the API does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gemini_eval.reports import ReportOptions, report_named
from tests.ci.jobs import NEWER, OLDER, OURS, Job, place
from tests.ci.standin import TOKEN, Fault, Forge, serving
from tests.unit.reports.runs import LABELS, labelled, run_of, suite_view

MARKER = "<!-- gemini-eval: check -->"
LINK = "\n[job](https://forge.example/us/suites/actions/runs/99)\n"
SYSTEMS = ("github", "gitlab")


@pytest.fixture
def forge() -> Iterator[Forge]:
    with serving(Forge(OURS)) as found:
        yield found


def job_on(system: str, tmp_path: Path, forge: Forge, **changes: object) -> Job:
    folder = tmp_path / "work"
    folder.mkdir()
    common = {"GEMINI_EVAL_CI_TOKEN": TOKEN}
    if system == "gitlab":
        job = Job(folder, {"GITLAB_CI": "true", "CI_API_V4_URL": forge.url, **common})
        job.put("place.json", place(system="gitlab", project="5", **changes))
    else:
        forge_of = {"GITHUB_API_URL": forge.url, "GITHUB_GRAPHQL_URL": f"{forge.url}/graphql"}
        run = {"GITHUB_SERVER_URL": "https://forge.example", "GITHUB_REPOSITORY": "us/suites", "GITHUB_RUN_ID": "99"}
        job = Job(folder, {"GITHUB_ACTIONS": "true", **forge_of, **run, **common})
        job.put("place.json", place(**changes))
    job.put("report.md", f"{MARKER}\n## Nothing got worse\n")
    job.put("outcome.json", {"status": 0, "reason": ""})
    return job


def state(result: str, checking: str = "-", note: int = 0) -> str:
    return f"<!-- result: {result}; checking: {checking}; note: {note} -->"


def ours(result: str, report: str = "old report\n", checking: str = "-") -> str:
    return f"{MARKER}\n{state(result, checking)}\n{report}"


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_first_result_makes_the_comment_and_the_next_one_updates_it(system: str, tmp_path: Path, forge: Forge) -> None:
    job = job_on(system, tmp_path, forge)
    assert job.run("comment", "start").status == 0
    assert forge.comments == []
    ended = job.run("comment", "end")
    assert (ended.status, ended.stdout) == (0, f"the comment shows the result for {OURS}\n")
    link = LINK if system == "github" else ""
    assert forge.bodies == [f"{MARKER}\n{state(OURS)}\n## Nothing got worse\n{link}"]
    job.put("report.md", "## Worse\n")
    assert job.run("comment", "end").status == 0
    assert forge.bodies == [f"{MARKER}\n{state(OURS)}\n## Worse\n{link}"]
    assert forge.strangers == []


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_comment_on_a_later_page_is_found(system: str, tmp_path: Path, forge: Forge) -> None:
    for number in range(230):
        forge.add(f"remark {number}", own=number % 2 == 0)
    there = forge.add(ours(OLDER))
    assert job_on(system, tmp_path, forge).run("comment", "end").status == 0
    assert len(forge.comments) == 231
    (changed,) = [comment for comment in forge.comments if comment["id"] == there]
    assert "Nothing got worse" in changed["body"]
    assert [line[-1] for line in forge.seen if "per_page=100" in line] == ["1", "2", "3"]


@pytest.mark.parametrize("system", SYSTEMS)
def test_nobody_elses_comment_is_touched(system: str, tmp_path: Path, forge: Forge) -> None:
    forge.add(ours(OLDER, "of another author"), own=False)
    forge.add(f"text before\n{ours(OLDER)}")
    forge.add(ours(OLDER).replace("check", "check-two", 1))
    before = forge.bodies
    job = job_on(system, tmp_path, forge)
    assert job.run("comment", "start").status == 0
    assert job.run("comment", "end").status == 0
    assert (forge.bodies[:3], len(forge.comments)) == (before, 4)


def test_a_new_run_marks_the_old_result_at_once_and_keeps_it(tmp_path: Path, forge: Forge) -> None:
    forge.add(ours(OLDER))
    job = job_on("github", tmp_path, forge)
    assert job.run("comment", "start").status == 0
    note = f"> **Outdated:** `{OURS[:7]}` is being checked. Below is the result for `{OLDER[:7]}`."
    marked = f"{MARKER}\n{state(OLDER, OURS, 1)}\n{note}\n\nold report\n"
    assert forge.bodies == [marked]
    assert job.run("comment", "start").status == 0
    assert forge.bodies == [marked], "marking twice changes nothing"
    assert job.run("comment", "end").status == 0
    assert "Outdated" not in forge.bodies[0]


def test_a_run_of_the_same_commit_again(tmp_path: Path, forge: Forge) -> None:
    forge.add(ours(OURS))
    assert job_on("github", tmp_path, forge).run("comment", "start", GEMINI_EVAL_CI_LANG="ko").status == 0
    assert forge.bodies[0].splitlines()[2].startswith("> **이전 결과:** `aaaaaaa`을(를) 다시 검사하는 중입니다.")


def test_of_two_pushes_the_older_ends_last_and_leaves_the_newer_ones_result(tmp_path: Path, forge: Forge) -> None:
    forge.head = NEWER
    forge.add(ours(NEWER, "the newer result\n"))
    job = job_on("github", tmp_path, forge)
    for step in ("start", "end"):
        ended = job.run("comment", step)
        assert (ended.status, ended.stdout) == (0, f"the comment is left alone: the branch has gone on to {NEWER}\n")
    assert forge.bodies == [ours(NEWER, "the newer result\n")]


def test_the_older_leaves_a_comment_that_the_newer_has_marked(tmp_path: Path, forge: Forge) -> None:
    forge.head = NEWER
    forge.add(ours(OLDER, checking=NEWER))
    assert job_on("github", tmp_path, forge).run("comment", "end").status == 0
    assert forge.bodies == [ours(OLDER, checking=NEWER)]


def test_a_result_for_an_older_commit_says_so(tmp_path: Path, forge: Forge) -> None:
    """The newer push has no comment yet: its job has not begun."""
    forge.head = NEWER
    assert job_on("github", tmp_path, forge).run("comment", "end").status == 0
    (body,) = forge.bodies
    note = f"> **Outdated:** the branch is at `{NEWER[:7]}` by now. Below is the result for `{OURS[:7]}`."
    assert body == f"{MARKER}\n{state(OURS, NEWER, 1)}\n{note}\n\n## Nothing got worse\n{LINK}"


def test_a_push_while_the_comment_is_written_is_noticed(tmp_path: Path, forge: Forge) -> None:
    forge.add(ours(OLDER, checking=OURS))

    def push(method: str, path: str) -> None:
        forge.head = NEWER if method == "PATCH" else forge.head

    forge.before = push
    assert job_on("github", tmp_path, forge).run("comment", "end").status == 0
    assert "the branch is at `bbbbbbb` by now" in forge.bodies[0]


def test_a_comment_that_somebody_edited_is_still_ours(tmp_path: Path, forge: Forge) -> None:
    """The web editor writes CRLF; the state line may be gone."""
    forge.add(f"{MARKER}\r\nsomebody wrote this\r\n")
    job = job_on("github", tmp_path, forge)
    assert job.run("comment", "start").status == 0
    assert forge.bodies[0].splitlines()[2:] == [
        "> **Outdated:** `aaaaaaa` is being checked. Below is the result for an earlier commit.",
        "",
        "somebody wrote this",
    ]
    assert job.run("comment", "end").status == 0
    assert forge.bodies == [f"{MARKER}\n{state(OURS)}\n## Nothing got worse\n{LINK}"]


def test_two_jobs_made_one_each(tmp_path: Path, forge: Forge) -> None:
    forge.add(ours(OLDER))
    forge.add(ours(OLDER))
    forge.add("another remark of the same bot")
    assert job_on("github", tmp_path, forge).run("comment", "end").status == 0
    assert [body.splitlines()[-1] for body in forge.bodies] == [LINK.strip(), "another remark of the same bot"]


# ---- what the API does -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        Fault(500, method="GET"),
        Fault(502, method="PATCH", body="<html>bad gateway</html>"),
        Fault(429, headers={"Retry-After": "0"}),
        Fault(403, method="PATCH", body='{"message": "You have exceeded a secondary rate limit."}'),
        Fault(403, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}),
        Fault(500, method="POST", path="/graphql"),
    ],
    ids=lambda fault: f"{fault.status} {fault.method}",
)
def test_what_passes_is_asked_again(fault: Fault, tmp_path: Path, forge: Forge) -> None:
    forge.add(ours(OLDER))
    forge.faults.append(fault)
    ended = job_on("github", tmp_path, forge).run("comment", "end")
    assert (ended.status, forge.faults) == (0, [])
    assert "Nothing got worse" in forge.bodies[0]


@pytest.mark.parametrize("done", [True, False])
def test_a_creation_that_perhaps_happened_makes_no_second_comment(done: bool, tmp_path: Path, forge: Forge) -> None:
    forge.faults.append(Fault(500, method="POST", path="/comments", done=done))
    assert job_on("github", tmp_path, forge).run("comment", "end").status == 0
    assert len(forge.comments) == 1
    assert len(forge.asked("POST /repos")) == (1 if done else 2)


def test_retries_end(tmp_path: Path, forge: Forge) -> None:
    forge.faults += [Fault(503, method="GET") for _ in range(50)]
    ended = job_on("github", tmp_path, forge).run("comment", "end")
    assert ended.status == 1
    assert ended.stdout == (
        "::error title=gemini-eval::GET /repos/us/suites/issues/7/comments?per_page=100&page=1: status 503 (no); asked 6 times\n"
    )


def test_a_wait_that_is_too_long_is_not_waited_for(tmp_path: Path, forge: Forge) -> None:
    forge.faults.append(Fault(429, method="GET", headers={"Retry-After": "3600"}))
    ended = job_on("github", tmp_path, forge).run("comment", "end")
    assert (ended.status, len(forge.asked("GET"))) == (1, 1)
    assert "status 429 (no): asked too often; asked once" in ended.stdout


@pytest.mark.parametrize(
    ("status", "mend"),
    [
        (401, "the token is wrong or has expired"),
        (403, "the token may not do this: the docs name the permissions that it needs (docs/ci.md)"),
        (404, "there is no such thing, or the token may not see it"),
    ],
)
@pytest.mark.parametrize("system", SYSTEMS)
def test_a_refusal_is_told_in_plain_words(system: str, status: int, mend: str, tmp_path: Path, forge: Forge) -> None:
    forge.faults.append(Fault(status, method="POST", path="notes" if system == "gitlab" else "comments"))
    ended = job_on(system, tmp_path, forge).run("comment", "end")
    assert ended.status == 1
    assert f"status {status} (no): {mend}; asked once" in ended.stdout + ended.stderr
    assert forge.comments == []


def test_a_redirect_gets_no_token(tmp_path: Path, forge: Forge) -> None:
    with serving(Forge(OURS)) as elsewhere:
        forge.faults.append(Fault(302, method="GET", headers={"Location": f"{elsewhere.url}/user"}))
        ended = job_on("github", tmp_path, forge).run("comment", "end")
        assert (ended.status, elsewhere.seen) == (1, [])
    assert "answers with a redirect, which is not followed" in ended.stdout


@pytest.mark.parametrize("body", ["not json", '{"message": 1}', "[1]", "{" * 9000, "[[" * 60_000])
def test_a_strange_answer_is_an_error_in_words(body: str, tmp_path: Path, forge: Forge) -> None:
    forge.faults.append(Fault(200, method="GET", body=body))
    assert job_on("github", tmp_path, forge).run("comment", "end").status == 1


def test_a_server_that_is_not_there(tmp_path: Path, forge: Forge) -> None:
    gone = "http://127.0.0.1:9"
    ended = job_on("github", tmp_path, forge).run("comment", "end", GITHUB_API_URL=gone, GITHUB_GRAPHQL_URL=f"{gone}/graphql")
    assert (ended.status, "refused" in ended.stdout) == (1, True)


def test_plain_http_is_refused(tmp_path: Path, forge: Forge) -> None:
    ended = job_on("github", tmp_path, forge).run("comment", "end", GITHUB_API_URL="http://forge.example")
    assert (ended.status, "is not https" in ended.stdout) == (2, True)


# ---- text ------------------------------------------------------------------------------------------------


def test_a_long_report_is_cut_and_says_so(tmp_path: Path, forge: Forge) -> None:
    job = job_on("github", tmp_path, forge)
    lines = "".join(f"line {number} 😀\n" for number in range(9000))
    job.put("report.md", f"{MARKER}\n{lines}")
    forge.add(ours(OLDER))
    assert job.run("comment", "end").status == 0
    (body,) = forge.bodies
    assert len(body) <= 65_000
    _, _, note, _, *shown = body.splitlines()
    count = sum(len(line) + 1 for line in shown)
    whole = len(lines) + len(LINK)
    link = LINK.strip()[len("[job](") : -1]
    assert note == (
        f"> **Cut:** the first {count:,} of {whole:,} characters of the report. "
        f"The whole report is an artifact of the job: {link}."
    )
    assert shown == lines.splitlines()[: len(shown)]
    assert job.run("comment", "start").status == 0
    assert len(forge.bodies[0]) <= 65_000
    assert forge.bodies[0].splitlines()[4] == note


def test_the_longest_report_of_the_program_is_posted_uncut(tmp_path: Path, forge: Forge) -> None:
    """It says itself what it leaves out: a second cut would take that sentence away."""
    view = run_of([labelled(n, "Red wine", "x" * (n % 30)) for n in range(1_000)], [suite_view(labels=LABELS)])
    report = b"".join(report_named("markdown").write(view, ReportOptions(max_failures_shown=1_000))).decode()
    assert (len(report) > 63_900, "parts are left out" in report) == (True, True)
    job = job_on("github", tmp_path, forge)
    job.put("report.md", f"{MARKER}\n{report}")
    assert job.run("comment", "end", GITHUB_REPOSITORY=f"{'o' * 39}/{'r' * 100}", GITHUB_RUN_ID="9" * 20).status == 0
    (body,) = forge.bodies
    assert len(body) <= 65_000
    assert body.startswith(f"{MARKER}\n{state(OURS)}\n{report.rstrip()}\n\n[job](https://forge.example/ooo")


@pytest.mark.parametrize(
    ("outcome", "title"),
    [
        ({"status": 2, "reason": "no revision"}, "could not be checked"),
        ({"status": 3, "reason": ""}, "not finished"),
        ({"status": 5, "reason": ""}, "nothing was selected"),
        ({"status": 77, "reason": ""}, "exit status 77"),
        ({}, "cut off"),
    ],
)
def test_without_a_report_the_comment_says_how_it_ended(
    outcome: dict[str, object], title: str, tmp_path: Path, forge: Forge
) -> None:
    job = job_on("github", tmp_path, forge)
    (job.kept / "report.md").unlink()
    job.put("outcome.json", outcome)
    assert job.run("comment", "end").status == 0
    assert f"**gemini-eval: {title}**" in forge.bodies[0]


@pytest.mark.parametrize("changes", [{"number": 0}, {"writes": False}])
def test_where_no_comment_can_be_none_is_tried(changes: dict[str, object], tmp_path: Path, forge: Forge) -> None:
    job = job_on("github", tmp_path, forge, **changes)
    for step in ("start", "end"):
        ended = job.run("comment", step)
        assert (ended.status, ended.stdout.startswith("no comment: ")) == (0, True)
    assert forge.seen == []
