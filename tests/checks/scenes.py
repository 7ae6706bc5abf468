"""Checks end to end: real repositories, the real command line, a server whose truth is known.

A scene is one merge request. Its suite has a hundred cases with keys of their own, so that no two scenes share a draw. The server
answers each key rightly with a probability of its own (80 % on average; two equal runs disagree on 9 % of the cases); a prompt
that holds `HARM` loses keys for good, ten points of them. The candidate's prompt is another in every scene; its rows are
shuffled, and five are added.
"""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.standin import Oracle, Rule, Script, StandIn
from tests.support.cli import Ended, clean_environment, gemini_eval

CASES = 100
ADDED = 5
LABELS = ("red", "white", "rosé")
MODEL = "gemini-4-hydrogen"
HARM = "Hurry."
BRIEF = "Be brief."
"""To this the server may be told to answer with less than an answer."""
DROP = 0.1
RATE = 0.8
SEED = 20_261_126
KEY = "key-of-the-stand-in-0123456789"

SUITE = """\
version: 1
name: wines
task: classification
labels: [red, white, rosé]
models: {{m: {model}}}
prompts: {{p: {{text: "{prompt}\\n{{{{ text }}}}"}}}}
data: cases.csv
gate:
  - no_regression: {{metric: accuracy, margin: 0.05}}
"""


@dataclass(frozen=True, slots=True)
class Told:
    """What a check said: its exit status, the decision of the one comparison, and how many requests it sent."""

    status: int
    decision: str
    sent: int
    rounds: int

    @property
    def says_worse(self) -> bool:
        return self.decision.startswith("regressed")


def key_of(scene: int, case: int) -> str:
    return f"bottle {case} of cellar {scene}"


def truth_of(scenes: Iterable[int]) -> dict[str, str]:
    drawn = random.Random(SEED)
    return {key_of(scene, case): drawn.choice(LABELS) for scene in scenes for case in range(CASES + ADDED)}


def server_for(truth: dict[str, str], rules: tuple[Rule, ...] = ()) -> StandIn:
    """The stand-in that knows this truth."""
    oracle = Oracle(truth=truth, wrong=LABELS, rate=RATE, drops={HARM: DROP}, seed=SEED)
    return StandIn(Script(oracle=oracle, rules=rules))


@dataclass(slots=True)
class Scene:
    """One repository, with its base committed on `main` and a topic branch checked out."""

    number: int
    folder: Path
    server: StandIn
    truth: dict[str, str]

    @classmethod
    def laid(cls, number: int, folder: Path, server: StandIn, truth: dict[str, str]) -> Scene:
        scene = cls(number, folder, server, truth)
        folder.mkdir()
        scene.write(f"Say the colour of wine {number}.", range(CASES))
        scene.git("init", "--quiet", "--initial-branch=main")
        scene.git("add", "--all")
        scene.git("commit", "--quiet", "--message=base")
        scene.git("checkout", "--quiet", "-b", "topic")
        return scene

    def write(self, prompt: str, cases: Iterable[int], expected: dict[int, str] | None = None) -> None:
        self.folder.joinpath("suite.yaml").write_text(SUITE.format(model=MODEL, prompt=prompt))
        rows = [f"c{case},{key_of(self.number, case)},{(expected or {}).get(case) or self.right(case)}" for case in cases]
        self.folder.joinpath("cases.csv").write_text("\n".join(["id,text,expected", *rows]) + "\n")
        self.folder.joinpath("gemini-eval.yaml").write_text("version: 1\n")

    def right(self, case: int) -> str:
        return self.truth[key_of(self.number, case)]

    def propose(self, words: str = "") -> None:
        """The candidate: another prompt, `words` at its end, the rows shuffled, five more in between; nothing is committed."""
        cases = list(range(CASES + ADDED))
        random.Random(self.number).shuffle(cases)
        self.write(f"Say the colour of wine {self.number}, in one word. {words}", cases)

    def check(self, *arguments: str) -> Ended:
        environment = {"GEMINI_API_KEY": KEY, "GOOGLE_GEMINI_BASE_URL": self.server.url, "NO_GCE_CHECK": "true"}
        return gemini_eval(["check", "--base", "main", "--quiet", *arguments], self.folder, environment)

    def edit_expected(self) -> None:
        """The candidate leaves the prompt as it is, and edits a third of the expected values to another label than the truth."""
        others = {label: LABELS[(n + 1) % len(LABELS)] for n, label in enumerate(LABELS)}
        edited = {case: others[self.right(case)] for case in range(0, CASES, 3)}
        self.write(f"Say the colour of wine {self.number}.", range(CASES), edited)

    def told(self, ended: Ended) -> Told:
        """What the last check said, from its header: a decision, else what became of the variant. Raises `AssertionError` with
        what it printed where that is nothing."""
        header = json.loads((self.folder / ".gemini-eval/runs/latest/run.json").read_text())
        variants = (header.get("comparison") or {}).get("variants")
        assert variants, (ended, header.get("status"))
        tested = (variants[0].get("tested") or [{}])[0]
        decision = (tested.get("decision") or {}).get("decision") or variants[0]["state"]
        return Told(ended.status, decision, header["asked"]["sent"], tested.get("rounds", 1))

    def git(self, *words: str) -> None:
        who = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org", "-c", "commit.gpgsign=false"]
        environment = {**clean_environment(self.folder), "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
        subprocess.run(["git", *who, *words], cwd=self.folder, env=environment, check=True, capture_output=True)


def interrupted_check(scene: Scene, *, harm: bool) -> Told:
    """A check that its budget ends in the middle, and that is then resumed: what it says in the end."""
    scene.propose(HARM if harm else "")
    first = scene.check("--max-requests", "250")
    assert first.status == 3, first
    return scene.told(scene.check("--resume"))
