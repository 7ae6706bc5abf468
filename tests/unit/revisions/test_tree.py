from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from gemini_eval.errors import InputError, RunError, UsageError
from gemini_eval.revisions.repository import Repository
from gemini_eval.revisions.tree import LeftOut, Materialised
from gemini_eval.suites.workspace import root_of
from tests.unit.revisions.repositories import commit, git, hostile, new, state, written

OUTSIDE = "it leads to another folder than it says"
MAY_LEAVE = "a link that may lead outside"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return new(tmp_path / "repository")


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "made/into"


def refusal(caught: pytest.ExceptionInfo[InputError]) -> tuple[str, str]:
    (fault,) = caught.value.faults
    return fault.reason, fault.hint


def test_a_folder_is_written_as_the_commit_has_it(folder: Path, into: Path) -> None:
    files = {"evals/s.yaml": "one\r\n", "evals/deep/er/ü 1.txt": "ü", "evals/empty": "", "evalsbeside/x": "", "top": ""}
    (folder / "evals").mkdir()
    (folder / "evals/run.sh").write_text("#!/bin/sh\n")
    (folder / "evals/run.sh").chmod(0o755)
    first = commit(folder, files)
    commit(folder, {"evals/s.yaml": "two", "evals/later": ""}, "two")
    (folder / "evals/s.yaml").write_text("three")
    git(folder, "rm", "--quiet", "--cached", "evals/empty")
    before = state(folder), git(folder, "status", "--porcelain")
    done = Repository(folder).materialise(first, Path("evals"), into)
    assert (state(folder), git(folder, "status", "--porcelain")) == before
    assert done == Materialised(files=4, size=5 + 2 + 0 + 10)
    assert written(into) == {
        "evals/deep/er/ü 1.txt": "ü",
        "evals/empty": "",
        "evals/run.sh": "#!/bin/sh\n",
        "evals/s.yaml": "one\n",
    }
    assert (into / "evals/s.yaml").read_bytes() == b"one\r\n"
    modes = {stat.S_IMODE(path.stat().st_mode) for path in into.rglob("*") if path.is_file()}
    assert modes == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (into, *into.rglob("*")) if path.is_dir()} == {0o700}
    assert root_of(into / "evals/s.yaml") == into and list((into / ".git").iterdir()) == []


def test_the_whole_repository_and_a_single_file(folder: Path, tmp_path: Path) -> None:
    made = commit(folder, {"a": "1", "b/c": "2"})
    repository = Repository(folder)
    assert repository.materialise(made, Path(), tmp_path / "1").files == 2
    assert written(tmp_path / "1") == {"a": "1", "b/c": "2"}
    assert repository.materialise("main", Path("b/c"), tmp_path / "2").files == 1
    assert written(tmp_path / "2") == {"b/c": "2"}
    assert repository.materialise("main", Path("b/*"), tmp_path / "3") == Materialised(0, 0)


def test_a_large_file_comes_whole(folder: Path, into: Path) -> None:
    text = "".join(f"{n}\n" for n in range(200_000))
    made = commit(folder, {"a": text, "b": "after"})
    Repository(folder).materialise(made, Path(), into)
    assert written(into) == {"a": text, "b": "after"}


def test_attributes_change_nothing(folder: Path, into: Path) -> None:
    attributes = "a export-ignore\nb export-subst\nc ident eol=crlf\nd working-tree-encoding=UTF-16\n"
    files = {
        "e/.gitattributes": attributes,
        "e/a": "a",
        "e/b": "$Format:%H$",
        "e/c": "$Id$\n",
        "e/lfs": "version https://git-lfs",
    }
    made = commit(folder, files)
    Repository(folder).materialise(made, Path("e"), into)
    assert written(into) == files


def test_replaced_objects_are_not_what_the_commit_holds(folder: Path, into: Path) -> None:
    made = commit(folder, {"a": "true"})
    other = git(folder, "hash-object", "-w", "--stdin", stdin=b"false")
    git(folder, "replace", git(folder, "rev-parse", "HEAD:a"), other)
    Repository(folder).materialise(made, Path(), into)
    assert written(into) == {"a": "true"}


def test_names_that_ask_for_trouble_and_are_fine(folder: Path, into: Path) -> None:
    names = ["-rf", "a b", "'q'", '"q"', "$(x)", "한국어", "back\\slash", "-", ":(top)x", "*", "a\u202eb", ".gitmodules", "x.git"]
    made = commit(folder, {f"-e/{name}": name for name in names})
    assert Repository(folder).materialise(made, Path("-e"), into).left_out == ()
    assert written(into) == {f"-e/{name}": name for name in names}


def test_names_that_are_left_out(folder: Path, into: Path) -> None:
    inner = git(folder, "rev-parse", f"{hostile(folder, ('100644', b'config', b'x'))}^{{tree}}")
    own = [b".GIT", b".git", b".g\xe2\x80\x8cit", b"GIT~1", b".git. .", b".git::$INDEX_ALLOCATION"]
    folders = [("40000", name, inner.encode()) for name in (b"..", b".", *own)]
    files = [("100644", name, b"x") for name in (b"/abs", b"../up", b"a\nb", b"\x1b[2J", b"\xc2\x9b", b"\xff", b"n" * 256)]
    made = hostile(folder, ("100644", b"good", b"x"), *folders, *files, ("160000", b"module", b"ab" * 20))
    done = Repository(folder).materialise(made, Path(), into)
    assert written(into) == {"good": "x"}
    assert sorted(path.name for path in into.parent.iterdir()) == ["into"]
    control, long = "a control character in its name", "its name is too long for this system"
    assert {item.path: item.reason for item in done.left_out} == {
        "../config": OUTSIDE,
        "./config": OUTSIDE,
        **{f"{name.decode()}/config": "git's own folder" for name in own},
        "/abs": OUTSIDE,
        "../up": OUTSIDE,
        **dict.fromkeys(("a\\nb", "\\x1b[2J", "\\x9b"), control),
        "\\xff": "its name is not UTF-8",
        "n" * 256: long,
        "module": "a submodule",
    }
    assert (done.files, done.left_out_count) == (1, 16)
    assert str(done.left_out[-1]) == "module: a submodule"


def test_a_path_that_is_too_long_is_left_out(folder: Path, into: Path) -> None:
    tree = git(folder, "rev-parse", f"{hostile(folder, ('100644', b'x', b'x'))}^{{tree}}")
    for _ in range(40):
        tree = git(folder, "mktree", stdin=f"040000 tree {tree}\t{'n' * 200}\n".encode())
    done = Repository(folder).materialise(git(folder, "commit-tree", tree, "-m", "deep"), Path(), into)
    assert [item.reason for item in done.left_out] == ["its path is too long for this system"]


def test_links_that_stay_inside_are_links(folder: Path, into: Path) -> None:
    commit(folder, {"evals/a": "1", "shared/b": "2"})
    links = {"here": "a", "up": "../shared/b", "gone": "x/y", "folder": "..", "self": "self"}
    for name, target in links.items():
        (folder / "evals" / name).symlink_to(target)
    made = commit(folder, {})
    done = Repository(folder).materialise(made, Path(), into)
    assert (done.left_out, done.files) == ((), 7)
    assert (into / "evals/up").read_text() == "2"
    assert written(into)["evals/folder"] == "-> .."


def test_links_that_may_leave_are_left_out(folder: Path, into: Path) -> None:
    """`hop` might be a link that leads further up than it reads like, so that nothing may go up after it."""
    targets = {
        "abs": b"/etc/passwd",
        "up": b"../x",
        "late": b"x/../../..",
        "through": b"hop/../x",
        "empty": b"",
        "nul": b"a\0b",
        "line": b"a\nb",
        "raw": b"\xff",
        "long": b"n/" * 2_048,
        "huge": b"n" * 300_000,
        "hop": b".",
    }
    made = hostile(folder, *(("120000", name.encode(), target) for name, target in targets.items()), ("100644", b"z", b"after"))
    done = Repository(folder).materialise(made, Path(), into)
    plain = "a link to no plain path"
    assert {item.path: item.reason for item in done.left_out} == {
        "abs": "a link to an absolute path",
        **dict.fromkeys(("up", "late", "through"), MAY_LEAVE),
        **dict.fromkeys(("empty", "nul", "line", "long", "huge", "hop"), plain),
        "raw": "a link to a name that is not UTF-8",
    }
    assert written(into) == {"z": "after"}


def test_nothing_is_written_through_a_link(folder: Path, into: Path) -> None:
    """A tree that has one name as a link and as a folder, or twice as a file: no git makes it, every git lists it."""
    inner = git(folder, "rev-parse", f"{hostile(folder, ('100644', b'x', b'bad'))}^{{tree}}").encode()
    twice = [
        ("120000", b"a", b"b"),
        ("40000", b"a", inner),
        ("100644", b"f", b"1"),
        ("100644", b"f", b"2"),
        ("40000", b"f", inner),
    ]
    done = Repository(folder).materialise(hostile(folder, ("40000", b"b", inner), *twice), Path(), into)
    assert written(into) == {"a": "-> b", "b/x": "bad", "f": "1"}
    taken = "another file or link has its name on this system"
    assert done.left_out == (LeftOut("a/x", taken), LeftOut("f", taken), LeftOut("f/x", taken))


def test_only_the_first_hundred_left_out_are_kept(folder: Path, into: Path) -> None:
    made = hostile(folder, *(("160000", f"{n:03}".encode(), b"ab" * 20) for n in range(150)))
    done = Repository(folder).materialise(made, Path(), into)
    assert (len(done.left_out), done.left_out[-1].path, done.left_out_count) == (100, "099", 150)


def test_limits(folder: Path, tmp_path: Path) -> None:
    made = commit(folder, {"a": "12345", "b": "12345", "c/d": ""})
    repository = Repository(folder)
    assert repository.materialise(made, Path(), tmp_path / "1", max_files=3, max_bytes=10).size == 10
    hint = "keep the suites in a folder of their own, with a gemini-eval.yaml in it"
    for limits, what in (({"max_files": 2}, "over 2 files"), ({"max_bytes": 9}, "over 9 bytes")):
        with pytest.raises(InputError) as caught:
            repository.materialise(made, Path(), tmp_path / what, **limits)
        assert refusal(caught) == (f"the base revision has {what} in the workspace's folder", hint)


def test_a_folder_with_something_in_it_is_not_written_to(folder: Path, into: Path) -> None:
    made = commit(folder, {"a": ""})
    into.mkdir(parents=True)
    (into / "a").symlink_to("/etc")
    with pytest.raises(RunError, match="is not empty"):
        Repository(folder).materialise(made, Path(), into)
    assert os.listdir(into) == ["a"]


@pytest.mark.parametrize("name", ["/etc", "a/../..", "..", ".git", "a/.Git/b", "a\nb"])
def test_a_folder_must_be_plain(folder: Path, into: Path, name: str) -> None:
    made = commit(folder, {"a": ""})
    with pytest.raises(UsageError, match="can't be read from git"):
        Repository(folder).materialise(made, Path(name), into)
    assert not into.exists()


@pytest.mark.parametrize("filtered", ["blob:none", "tree:0"])
def test_a_partial_clone_fetches_nothing_and_the_mend_works(folder: Path, tmp_path: Path, filtered: str) -> None:
    made = commit(folder, {"a": "old", "b/c": "old"})
    commit(folder, {"a": "new", "b/c": "new"}, "two")
    git(folder, "config", "uploadpack.allowFilter", "true")
    git(folder, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(tmp_path, "clone", "--quiet", f"--filter={filtered}", folder.as_uri(), "clone")
    clone = tmp_path / "clone"
    git(clone, "config", "protocol.file.allow", "always")
    before = state(clone)
    with pytest.raises(InputError) as caught:
        Repository(clone).materialise(made, Path(), tmp_path / "1")
    what = "a" if filtered == "blob:none" else f"the files of commit {made[:12]}"
    mend = "git fetch --refetch --no-filter origin"
    reason = f"git has no content here for {what}"
    assert refusal(caught) == (reason, f"fetch what the clone lacks: {mend}; or look for damage: git fsck")
    assert state(clone) == before
    git(clone, *mend.split()[1:])
    Repository(clone).materialise(made, Path(), tmp_path / "2")
    assert written(tmp_path / "2") == {"a": "old", "b/c": "old"}


def test_a_damaged_object_is_named(folder: Path, into: Path) -> None:
    made = commit(folder, {"a": "1", "b": "2"})
    blob = git(folder, "rev-parse", "HEAD:b")
    path = folder / ".git/objects" / blob[:2] / blob[2:]
    path.chmod(0o600)
    path.write_bytes(b"no object")
    with pytest.raises(InputError) as caught:
        Repository(folder).materialise(made, Path(), into)
    assert refusal(caught)[0] == "git has no content here for b"
