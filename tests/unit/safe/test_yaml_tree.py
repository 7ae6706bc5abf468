from __future__ import annotations

from gemini_eval.errors import Place
from gemini_eval.safe.yaml_reader import YamlList, YamlMap, as_written, place_of, read_yaml


def test_every_key_and_value_knows_its_place() -> None:
    tree = read_yaml("name: tickets\ncases:\n  - id: 007\n    vars: {text: 가나다, n: 1.10}\n  - &x off\n", path="s.yaml")
    places = {
        (): "s.yaml:1:1",
        ("name",): "s.yaml:1:7",
        ("cases", 0): "s.yaml:3:5",
        ("cases", 0, "id"): "s.yaml:3:9",
        ("cases", 0, "vars", "n"): "s.yaml:4:26",
        ("cases", 0, "vars", "none", "deeper"): "s.yaml:4:11",
        ("cases", 9): "s.yaml:3:3",
        ("cases", 1): "s.yaml:5:5",
    }
    assert {path: str(place_of(tree, path)) for path in places} == places
    assert str(place_of(tree, ["cases", 0, "vars", "n"], key=True)) == "s.yaml:4:23"
    assert place_of(tree, ["cases"], key=True) == Place("s.yaml", 2, 1, "cases:")
    assert place_of("text", ["a"]) is None


def test_scalars_as_written() -> None:
    tree = read_yaml("a: [007, 1.10, &x 0x1F, ~, TRUE, 'q', +82, *x]\nb: 1e3 # c\nc:", path="s")
    assert [as_written(tree, ["a", n]) for n in range(8)] == ["007", "1.10", "0x1F", "~", "TRUE", "q", "+82", "0x1F"]
    assert [as_written(tree, path) for path in (["b"], ["c"], ["a"], ["none"], [], ["a", 9])] == [
        "1e3",
        "",
        None,
        None,
        None,
        None,
    ]


def test_merged_maps_and_lists_keep_the_origin_of_each_entry() -> None:
    base = read_yaml("a: 1\nb: [x, 0.10]\nc: 3\n", path="base.yaml")
    over = read_yaml("\n\nb: [y]\nc: 4\n", path="over.yaml")
    assert isinstance(base, YamlMap) and isinstance(over, YamlMap)
    merged = YamlMap.like(over)
    for key in base:
        merged.put(key, base[key], base)
    merged.put("c", over["c"], over)
    items = YamlList.like(base["b"])
    for origin in (base["b"], over["b"]):
        for index in range(len(origin)):
            items.append_from(origin, index)
    merged.put("b", items, over)
    merged.put("renamed", 1, base, "a")
    merged["computed"] = 5
    again = YamlMap.like(base)
    for key in merged:
        again.put(key, merged[key], merged)
    for tree in (merged, again):
        assert tree == {"a": 1, "b": ["x", 0.1, "y"], "c": 4, "renamed": 1, "computed": 5}
        assert [str(tree.value_place(key)) for key in tree] == [
            "base.yaml:1:4",
            "over.yaml:3:4",
            "over.yaml:4:4",
            "base.yaml:1:4",
            "over.yaml:3:1",
        ]
        assert str(tree.key_place("renamed")) == "base.yaml:1:1"
        assert [str(tree["b"].item_place(n)) for n in range(4)] == [
            "base.yaml:2:5",
            "base.yaml:2:8",
            "over.yaml:3:5",
            "base.yaml:2:4",
        ]
        assert [tree["b"].written(n) for n in range(3)] == ["x", "0.10", "y"]
