"""Numbers as people read them. What is absent is `–`, never zero."""

from __future__ import annotations

from gemini_eval.summary.figures import kind_of
from gemini_eval.types import Figure

ABSENT = "–"


def percent(share: float | None) -> str:
    """`91.0 %`."""
    return ABSENT if share is None else f"{share * 100:.1f} %"


def with_interval(figure: Figure | None) -> str:
    """`91.0 % (83.8–95.2)`: a share and its 95 % interval."""
    if figure is None or figure.value is None:
        return ABSENT
    if figure.interval is None:
        return percent(figure.value)
    return f"{percent(figure.value)} ({figure.interval.low * 100:.1f}–{figure.interval.high * 100:.1f})"


def decimal(value: float | None, places: int = 3) -> str:
    return ABSENT if value is None else f"{value:.{places}f}"


def count(value: float) -> str:
    """`1,204`, or `2.5` where a case's samples share its weight."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}".rstrip("0").rstrip(".")


def money(micros: int) -> str:
    """1e-6 USD as dollars: two significant digits below 10 cents, so that a small price is never shown as none."""
    dollars = micros / 1_000_000
    if dollars >= 0.1 or not micros:
        return f"${dollars:,.2f}"
    return f"${dollars:.6f}".rstrip("0") if dollars < 0.001 else f"${dollars:.4f}".rstrip("0")


def cost(micros: int, unknown: int, answers: int) -> str:
    """What some answers cost; `–` where no price is known, `$0.10+` where some are not."""
    if not answers or unknown >= answers:
        return ABSENT
    return money(micros) + ("+" if unknown else "")


def duration(ms: float | None) -> str:
    """`75 ms`, `1.2 s`, `2.0 min`."""
    if ms is None:
        return ABSENT
    if ms < 999.5:
        return f"{ms:.0f} ms"
    return f"{ms / 1000:.1f} s" if ms < 99_950 else f"{ms / 60_000:.1f} min"


def tokens(value: float | None) -> str:
    """A mean number of tokens."""
    return ABSENT if value is None else count(round(value, 1) if value < 100 else round(value))


def probability(p: float) -> str:
    """A p-value without the 0 that every one begins with: `= .003`, `< .001`."""
    return "< .001" if p < 0.001 else f"= {p:.3f}".replace("= 0.", "= .")


def in_points(name: str) -> bool:
    """Whether differences of this figure are points, hundredths of a share; those of other units are plain numbers."""
    kind = kind_of(name)
    return kind is None or kind.unit == "share"


def difference(name: str, value: float) -> str:
    """A signed difference of a figure: `-8.0` points, or `+0.012` in its unit."""
    return f"{value * 100 + 0.0:+.1f}" if in_points(name) else f"{value + 0.0:+.3f}"


def bare(name: str, value: float | None) -> str:
    """A figure's value without an interval; of a figure that is not in the table, as a share."""
    kind = kind_of(name)
    return figure(Figure(name, value)) if kind else percent(value)


def figure(value: Figure) -> str:
    """Any figure in its unit, by its name."""
    kind = kind_of(value.name)
    if value.value is None or kind is None:
        return ABSENT
    if kind.unit == "share":
        return with_interval(value)
    if kind.unit == "ms":
        return duration(value.value)
    if kind.unit == "USD":
        return money(round(value.value * 1_000_000))
    return tokens(value.value) if kind.unit in {"tokens", "cases"} else decimal(value.value)
