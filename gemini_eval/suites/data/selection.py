"""Which rows are used: `where`, and `split` by a column or computed."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from itertools import accumulate

from gemini_eval.paths import MISSING
from gemini_eval.safe.json_text import canonical_json
from gemini_eval.suites.data.rows import Row, dig, steps, text_of
from gemini_eval.suites.data.source import DataSource, Split
from gemini_eval.types import Json


class Selector:
    """Decides about the rows of one source by what their columns say."""

    def __init__(self, source: DataSource) -> None:
        wanted = {name: frozenset(map(text_of, values)) for name, values in source.where.items()}
        split = source.split
        if split is not None and split.by is None and split.column:
            wanted[split.column] = wanted.get(split.column, frozenset({split.use})) & {split.use}
        self._wanted = [(steps(name), texts) for name, texts in wanted.items()]

    def keeps(self, row: Row) -> bool:
        """True where every column of `where`, and the split's, has one of the values asked for (compared as text)."""
        return not self._wanted or all(_matches(dig(row.values, path), texts) for path, texts in self._wanted)


def in_part(split: Split, fields: Mapping[str, Json]) -> bool:
    """True where the case belongs to the computed part `split.use`; the other rows have no say in it.

    The key is the case's cluster, where it has none or `by` is id its id, and without that the first 12 hex digits of SHA-256
    over its variables. SHA-256 of seed and key, as a fraction, is looked up in the cumulated weights.
    """
    digest = sha256(f"{split.seed}\0{_key(split, fields)}".encode()).digest()
    share = int.from_bytes(digest[:8], "big") / 2**64 * sum(split.ratio.values())
    for name, upper in zip(split.ratio, accumulate(split.ratio.values()), strict=True):
        if share < upper:
            return name == split.use
    return False


def _key(split: Split, fields: Mapping[str, Json]) -> str:
    cluster = fields.get("cluster") if split.by == "cluster" else None
    key = cluster if cluster not in (None, "") else fields.get("id")
    if key not in (None, ""):
        return text_of(key)
    content = [fields.get("messages"), fields.get("system")] if "messages" in fields else fields.get("vars", {})
    return sha256(canonical_json(content)).hexdigest()[:12]


def _matches(value: Json, texts: frozenset[str]) -> bool:
    if value is MISSING:
        return "" in texts
    if isinstance(value, list):
        return any(text_of(item) in texts for item in value)
    return text_of(value).strip() in texts
