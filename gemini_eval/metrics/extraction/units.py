"""Units of measure: what a text such as `3 Gbit/s` is in another unit, in exact decimal arithmetic.

The table is for what products are described by. Names are those of the SI brochure (9th edition, 2019) and IEC 80000-13 (2008),
and what people write for them. Offsets (°C and °F) and currencies, whose rates change, are not converted.
"""

from __future__ import annotations

from decimal import Context, Decimal

from gemini_eval.errors import did_you_mean
from gemini_eval.numbers import LONGEST, read_number

_EXACT = Context(prec=60, Emax=999999, Emin=-999999, traps=[])
_PREFIXES = {"": "1", "k": "1e3", "M": "1e6", "G": "1e9", "T": "1e12"}

_TABLE: dict[str, dict[str, str]] = {
    "data rate": {
        **{f"{prefix}bit/s {prefix}bps {prefix}b/s": factor for prefix, factor in _PREFIXES.items()},
        **{f"{prefix}B/s": f"8{factor[1:]}" for prefix, factor in _PREFIXES.items()},
    },
    "data": {
        **{f"{prefix}bit {prefix}b": factor for prefix, factor in _PREFIXES.items()},
        **{f"{prefix}B": f"8{factor[1:]}" for prefix, factor in _PREFIXES.items()},
        "PB": "8e15",
        **{f"{prefix}iB": str(8 * 1024**power) for power, prefix in enumerate("KMGT", 1)},
    },
    "frequency": {f"{prefix}Hz": factor for prefix, factor in _PREFIXES.items()},
    "length": {
        "nm": "1e-9",
        "µm um": "1e-6",
        "mm": "1e-3",
        "cm": "1e-2",
        "dm": "1e-1",
        "m": "1",
        "km": "1e3",
        'in inch inches "': "0.0254",
        "ft": "0.3048",
        "yd": "0.9144",
        "mi": "1609.344",
    },
    "area": {"mm² mm2": "1e-6", "cm² cm2": "1e-4", "m² m2 sqm": "1", "km² km2": "1e6"},
    "volume": {"ml mL": "1e-3", "cl cL": "1e-2", "dl dL": "1e-1", "l L": "1", "m³ m3": "1e3"},
    "mass": {"mg": "1e-6", "g": "1e-3", "kg": "1", "t": "1e3", "oz": "0.028349523125", "lb lbs": "0.45359237"},
    "time": {
        "ns": "1e-9",
        "µs us": "1e-6",
        "ms": "1e-3",
        "s sec": "1",
        "min minute minutes": "60",
        "h hr hour hours": "3600",
        "d day days": "86400",
    },
    "power": {"mW": "1e-3", "W": "1", "kW": "1e3", "MW": "1e6"},
    "energy": {"J": "1", "kJ": "1e3", "Wh": "3600", "kWh": "3.6e6"},
    "charge": {"mAh": "1e-3", "Ah": "1"},
    "voltage": {"mV": "1e-3", "V": "1", "kV": "1e3"},
    "current": {"mA": "1e-3", "A": "1"},
    "brightness": {"cd/m² cd/m2 nit nits": "1"},
    "pixels": {"px pixels": "1", "MP": "1e6"},
    "resolution": {"dpi ppi": "1"},
    "rotation": {"rpm RPM": "1"},
    "frame rate": {"fps": "1"},
    "loudness": {"dB": "1", "dB(A) dBA": "1"},
    "share": {"%": "1"},
    "temperature (C)": {"°C C": "1"},
    "temperature (F)": {"°F F": "1"},
}
"""Quantity -> its units with their other spellings -> how many of the quantity's base unit each is."""

UNITS: dict[str, tuple[str, Decimal]] = {
    spelling: (quantity, Decimal(factor))
    for quantity, units in _TABLE.items()
    for spellings, factor in units.items()
    for spelling in spellings.split()
}
"""Spelling -> quantity and factor."""


def _by_folded() -> dict[str, str]:
    """Spellings whose case says nothing: `ghz` is GHz, while `mb` may be Mb or MB and is neither."""
    folded: dict[str, list[str]] = {}
    for spelling in UNITS:
        folded.setdefault(spelling.casefold(), []).append(spelling)
    return {name: found[0] for name, found in folded.items() if len({UNITS[one] for one in found}) == 1}


_FOLDED = _by_folded()


def unit_of(text: str) -> tuple[str, Decimal] | None:
    """The quantity and the factor of a unit's spelling; None where it is no unit of the table."""
    text = text.strip().replace("μ", "µ")
    return UNITS.get(text) or UNITS.get(_FOLDED.get(text.casefold(), ""))


def unknown_unit(text: str) -> tuple[str, str]:
    """(reason, hint) for a unit that the table has not."""
    return f'unknown unit "{text}"', did_you_mean(text, UNITS) or "known are Mbps, GHz, GB, mm, kg, s, W, mAh and their kin"


def in_unit(text: str, unit: str) -> Decimal | None:
    """A number with its unit (`2.4 GHz`) in `unit`; None where it has no unit, or one of another quantity."""
    body = text.strip()
    if len(body) > LONGEST:
        return None
    head, space, tail = body.rpartition(" ")
    if space and unit_of(tail):
        return _converted(head, tail, unit)
    end = len(body)
    while end and not body[end - 1].isdecimal():
        end -= 1
    return _converted(body[:end], body[end:], unit)


def _converted(number: str, written: str, unit: str) -> Decimal | None:
    found, wanted = unit_of(written), unit_of(unit)
    value = read_number(number)
    if value is None or found is None or wanted is None or found[0] != wanted[0]:
        return None
    return value if found[1] == wanted[1] else _EXACT.divide(_EXACT.multiply(value, found[1]), wanted[1])
