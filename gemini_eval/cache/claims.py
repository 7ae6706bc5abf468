"""Claims: of several processes that share a cache, one asks each request and the others wait for its answer.

A process is an owner with a lease; its claims count while the lease does, so that those of a killed process lapse by themselves.
"""

from __future__ import annotations

from collections.abc import Sequence

from gemini_eval.cache.database import Database
from gemini_eval.cache.table import batches

LEASE_SECONDS = 15.0
RENEW_SECONDS = 5.0


def claimed_elsewhere(database: Database, keys: Sequence[bytes], owner: int, now: float) -> set[bytes]:
    """Those of `keys` that another live owner is asking. A lease that ends too late was made by another clock: it is over."""
    found: set[bytes] = set()
    for some in batches(keys):
        marks = ",".join("?" * len(some))
        sql = (
            f"SELECT key FROM claims JOIN owners ON id = owner WHERE key IN ({marks}) AND owner <> ? AND until > ? AND until <= ?"
        )
        found.update(key for (key,) in database.rows(sql, (*some, owner, now, now + 2 * LEASE_SECONDS)))
    return found


def take(database: Database, keys: Sequence[bytes], owner: int) -> None:
    """These are asked by `owner` now. Inside a transaction, after `claimed_elsewhere`."""
    database.many("INSERT OR REPLACE INTO claims VALUES(?, ?)", [(key, owner) for key in keys])


def give_back(database: Database, keys: Sequence[bytes], owner: int) -> None:
    """These are not asked by `owner` any more. Inside a transaction."""
    database.many("DELETE FROM claims WHERE key = ? AND owner = ?", [(key, owner) for key in keys])


def renew(database: Database, owner: int, now: float) -> None:
    """The owner's lease begins anew, and owners whose lease is over go, with their claims. Inside a transaction."""
    database.rows("INSERT OR REPLACE INTO owners VALUES(?, ?)", (owner, now + LEASE_SECONDS))
    lapsed = [
        row for (row,) in database.rows("SELECT id FROM owners WHERE until <= ? OR until > ?", (now, now + 2 * LEASE_SECONDS))
    ]
    for other in lapsed:
        leave(database, other)


def leave(database: Database, owner: int) -> None:
    """The owner and all of its claims go. Inside a transaction."""
    database.rows("DELETE FROM claims WHERE owner = ?", (owner,))
    database.rows("DELETE FROM owners WHERE id = ?", (owner,))
