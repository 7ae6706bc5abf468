"""A gate: a condition that decides the exit status; and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, TypeAlias

from gemini_eval.errors import Place
from gemini_eval.summary.figures import FigureKind
from gemini_eval.types import Json

Operator: TypeAlias = Literal[">=", ">", "<=", "<", "==", "!="]
OPERATORS: tuple[Operator, ...] = (">=", "<=", "==", "!=", ">", "<")


class GateError(ValueError):
    """A gate that can't be read. `key` is the dotted key of its map that is wrong ('' for the gate itself, or for a bare string);
    `offset` is the 0-based character inside that key's text, None where the whole of it is meant."""

    def __init__(self, reason: str, hint: str = "", offset: int | None = None, key: str = "") -> None:
        self.reason, self.hint, self.offset, self.key = reason, hint, offset, key
        super().__init__(f"{reason} ({hint})" if hint else reason)


@dataclass(frozen=True, slots=True)
class FigureRef:
    """A figure as a gate names it, known to exist."""

    kind: FigureKind
    argument: str = ""

    @property
    def name(self) -> str:
        return self.kind.named(self.argument)


@dataclass(frozen=True, slots=True)
class Condition:
    """`NAME OP NUMBER`. `number` is in the figure's unit, `written` as the user wrote it: 90%, 2s."""

    figure: FigureRef
    operator: Operator
    number: float
    written: str


@dataclass(frozen=True, slots=True)
class Gate:
    """`variant` and `tag` narrow it; without `variant` every gated variant must hold it. `final` gates can't be removed or
    loosened downstream. `metric`, `margin` (in the metric's unit) and `than` belong to `no_regression` and `no_worse`; `over` are
    the variants that its figures compare `variant` with. Its `place` makes it no other gate."""

    text: str
    kind: Literal["require", "no_regression", "no_worse", "must_pass_all"] = "require"
    conditions: tuple[Condition, ...] = ()
    variant: str = ""
    tag: str = ""
    metric: FigureRef | None = None
    margin: float = 0.0
    than: str = ""
    over: tuple[str, ...] = ()
    name: str = ""
    description: str = ""
    final: bool = False
    place: Place | None = field(default=None, compare=False)


MUST_PASS_ALL = Gate("every case must pass", "must_pass_all")
"""The gate of a suite that has none."""


class GateStatus(StrEnum):
    HOLDS = "holds"
    FAILS = "fails"
    INCONCLUSIVE = "inconclusive"
    NOT_EVALUATED = "not_evaluated"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class GateResult:
    """What became of one gate for one variant; `reason` shows the actual values. `gate` is its name, else its text."""

    suite: str
    gate: str
    variant: str
    status: GateStatus
    reason: str

    def to_json(self) -> Json:
        return {name: str(getattr(self, name)) for name in ("suite", "gate", "variant", "status", "reason")}
