from __future__ import annotations

import pytest

from gemini_eval.paths import MISSING

JOIN = "WITH a AS (SELECT 1 AS id) SELECT u.id, name FROM app.Users u JOIN orders ON orders.id = a.id"


@pytest.mark.parametrize(
    ("parameters", "answer", "verdict"),
    [
        (MISSING, "SELECT id FROM users; DELETE FROM users;", (True, 1.0, "the output is SQL: 2 statements")),
        (MISSING, "hello", (False, 0.0, "the output is no SQL: it is no statement")),
        (MISSING, "SELECT", (False, 0.0, "the output is no SQL: it is no statement")),
        (MISSING, "-- nothing", (False, 0.0, "the output is no SQL: there is no statement in it")),
        (MISSING, "(" * 5000, (False, 0.0, "the output is no SQL: it is nested too deeply")),
        (MISSING, "EXPLAIN SELECT 1", (None, 0.0, "EXPLAIN is a statement that the parser does not read")),
        (MISSING, ["SELECT 1"], (False, 0.0, "the output is a list, no SQL")),
        (MISSING, "S" * 30_000, (None, 0.0, "too long to parse: 30,000 characters, at most 20,000")),
        ({"dialect": "bigquery"}, "SELECT * EXCEPT (a) FROM `p.d.t`", (True, 1.0, "the output is SQL: 1 statement")),
        ({"tables": ["users", "ORDERS"]}, JOIN, (True, 1.0, "the output is SQL: 1 statement")),
        ({"tables": ["users"]}, JOIN, (False, 0.0, 'the output is SQL, but it uses the table "orders"; users expected')),
        ({"columns": ["id"]}, JOIN, (False, 0.0, 'the output is SQL, but it uses the column "name"; id expected')),
        ({"columns": ["id"]}, "SELECT * FROM t", (False, 0.0, 'the output is SQL, but it uses the column "*"; id expected')),
        ({"anywhere": True}, "So:\n```sql\nSELECT 1;\n```", (True, 1.0, "a fence has SQL: 1 statement")),
        ({"anywhere": True}, "So:\nSELECT a\nFROM t;\nDone", (True, 1.0, "the text has SQL: 1 statement")),
        ({"anywhere": True}, "Select the best one", (False, 0.0, 'there is no SQL in "Select the best one"')),
    ],
)
def test_is_sql(judge, parameters, answer, verdict):
    assert judge("is_sql", parameters, answer) == verdict


def test_an_error_has_its_place(judge):
    passed, _, reason = judge("is_sql", MISSING, "SELECT id FORM users WHERE")
    assert not passed
    assert reason.startswith("the output is no SQL: ") and "line 1, column" in reason


def test_refused(refusal):
    assert refusal("is_sql", {"dialect": "bigqery"}) == (
        'there is no SQL dialect "bigqery"',
        'did you mean "bigquery"?',
        ("dialect",),
    )
