"""`status`: what an exit status means for the change, for the job, and for a check run of its own on GitHub."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hosts import github_api
from outputs import Trouble, folder, read_json, say, say_error, say_warning, setting, step_outputs, write_json
from place import GITHUB, Place, look

CHECK_RUN = "check-run.json"
MAX_SUMMARY = 65_000


@dataclass(frozen=True, slots=True)
class Conclusion:
    """`conclusion` is GitHub's word; `job` the exit status of the job."""

    conclusion: str
    job: int
    title: str
    summary: str


_MEANINGS: Mapping[int, tuple[str, str, str]] = {
    0: ("success", "nothing got worse", "Every gate holds, or nothing that is tested has changed."),
    1: ("failure", "a gate failed or something got worse", "The report says what, with the evidence."),
    2: ("failure", "could not be checked", "The suite, the arguments, the workspace or the policy is wrong: see the job's log."),
    3: ("action_required", "not finished", "Too much was not delivered, or the budget ended. Run the job again, it goes on."),
    4: ("action_required", "not decided", "The policy asks for a decision. The report says what would settle it."),
    5: ("failure", "nothing was selected", "The selection in the inputs left no case: see the job's log."),
    130: ("cancelled", "interrupted", "Run the job again, it goes on."),
}
_FORK = (
    "neutral",
    "not decided",
    "A fork's change is checked without secrets, by recordings alone, and some of its requests have none. A maintainer's run "
    "decides (docs/ci.md).",
)


def conclude(outcome: Mapping[str, Any] | None, place: Place | None) -> Conclusion:
    """Of the exit status in outcome.json. A fork's undecided change is neutral, never red."""
    if outcome is None or not isinstance(outcome.get("status"), int):
        return Conclusion("cancelled", 130, "cut off", "The job ended before the check did. Run it again, it goes on.")
    status, reason = outcome["status"], str(outcome.get("reason") or "")
    if status == 4 and place is not None and place.fork:
        return Conclusion(_FORK[0], 0 if place.system == GITHUB else 4, _FORK[1], _FORK[2])
    unknown = ("failure", f"exit status {status}", "The job's log says why.")
    conclusion, title, summary = _MEANINGS.get(status, unknown)
    return Conclusion(conclusion, status, title, f"{summary} {reason}".rstrip())


def start(place: Place) -> int:
    """A check run "in progress". Raises `Refused`."""
    body = {"name": setting("STATUS_NAME"), "head_sha": place.head, "status": "in_progress"}
    made = github_api().ask("POST", f"/repos/{place.project}/check-runs", body)
    write_json(CHECK_RUN, {"id": int(made["id"])})
    return 0


def end() -> int:
    """Publish the conclusion where one was begun or is asked for, tell it, and end as the job is to end."""
    place = look() if (folder() / "place.json").is_file() else None
    found = conclude(read_json(folder() / "outcome.json"), place)
    step_outputs({"conclusion": found.conclusion, "exit-status": str(found.job)})
    if place is not None and setting("PUBLISH") == "true":
        _publish(place, found)
    tell = {"success": say, "neutral": say_warning}.get(found.conclusion, say_error)
    tell(f"{found.title}. {found.summary}")
    return found.job


def _publish(place: Place, found: Conclusion) -> None:
    """What the API refuses is a warning: the job's own status stands."""
    report = folder() / "report.md"
    text = report.read_text(encoding="utf-8") if report.is_file() else found.summary
    output = {"title": found.title, "summary": text[:MAX_SUMMARY]}
    body = {"name": setting("STATUS_NAME"), "status": "completed", "conclusion": found.conclusion, "output": output}
    begun = (read_json(folder() / CHECK_RUN) or {}).get("id")
    try:
        if begun is None:
            github_api().ask("POST", f"/repos/{place.project}/check-runs", {**body, "head_sha": place.head})
        else:
            github_api().ask("PATCH", f"/repos/{place.project}/check-runs/{begun}", body)
    except Trouble as trouble:
        say_warning(f"the check run was not set: {trouble}")
