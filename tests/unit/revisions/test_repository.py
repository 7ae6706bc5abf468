from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

import pytest

from gemini_eval.errors import UsageError
from gemini_eval.revisions.repository import Repository, find_repository
from tests.unit.revisions.repositories import commit, git, new, state


def refusal(caught: pytest.ExceptionInfo[UsageError]) -> tuple[str, str]:
    (fault,) = caught.value.faults
    return fault.reason, fault.hint


def found(folder: Path) -> Repository:
    repository = find_repository(folder)
    assert repository is not None
    return repository


@pytest.fixture
def forked(tmp_path: Path) -> Path:
    """main and topic parted after `base`; topic is checked out and has merged main's `second`, then gone on."""
    folder = new(tmp_path / "forked")
    commit(folder, {"evals/a.txt": "1"})
    git(folder, "tag", "base")
    git(folder, "switch", "--quiet", "--create", "topic")
    commit(folder, {"evals/b.txt": "1"}, "topic")
    git(folder, "switch", "--quiet", "main")
    commit(folder, {"evals/a.txt": "2"}, "second")
    git(folder, "tag", "second")
    git(folder, "switch", "--quiet", "topic")
    git(folder, "merge", "--quiet", "--no-edit", "main")
    commit(folder, {"evals/c.txt": "1"}, "topic again")
    git(folder, "branch", "third", "main")
    git(folder, "switch", "--quiet", "main")
    commit(folder, {"evals/a.txt": "3"}, "third")
    git(folder, "switch", "--quiet", "topic")
    return folder


# ---- finding -------------------------------------------------------------------------------------------------


def test_a_repository_is_found_from_below_and_from_a_file(forked: Path) -> None:
    assert found(forked / "evals") == found(forked / "evals/a.txt") == found(forked) == Repository(forked.resolve())


def test_outside_a_repository_and_in_a_bare_one_there_is_none(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "bare")
    new(tmp_path / "new")
    assert [find_repository(tmp_path / name) for name in (".", "bare", "new/.git")] == [None, None, None]


def test_the_callers_git_variables_mean_nothing(forked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = new(tmp_path / "other")
    for name, value in (("GIT_DIR", ".git"), ("GIT_WORK_TREE", "."), ("GIT_INDEX_FILE", ".git/index")):
        monkeypatch.setenv(name, str(other / value))
    assert found(forked) == Repository(forked.resolve())
    assert found(forked).head() == git(forked, "rev-parse", "topic")


def test_working_trees_and_submodules_are_repositories_of_their_own(forked: Path, tmp_path: Path) -> None:
    git(forked, "worktree", "add", "--quiet", str(tmp_path / "beside"), "main")
    outer = new(tmp_path / "outer")
    commit(outer, {"evals/x.txt": ""})
    git(outer, "submodule", "--quiet", "add", str(forked), "evals/inner")
    for folder, top in ((tmp_path / "beside/evals", tmp_path / "beside"), (outer / "evals/inner/evals", outer / "evals/inner")):
        repository = found(folder)
        assert repository == Repository(top.resolve())
        assert repository.head() == git(top, "rev-parse", "HEAD")
        assert repository.merge_base("base") == git(forked, "rev-parse", "base")
        assert not repository.is_dirty()


def test_a_top_whose_name_ends_in_a_line_break(tmp_path: Path) -> None:
    folder = new(tmp_path / "odd\n")
    assert found(folder).top == folder.resolve()


def test_without_git_the_mend_is_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError) as caught:
        find_repository(tmp_path)
    assert refusal(caught) == ("git is not installed, or not on PATH", "install git; it is what knows the base revision")


def test_somebody_elses_repository_is_refused_with_gits_own_mend(
    forked: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """git plays another owner where its own test variable says so."""
    tool = tmp_path / "bin/git"
    tool.parent.mkdir()
    tool.write_text(f'#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec {shutil.which("git")} "$@"\n')
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}:{os.environ['PATH']}")
    with pytest.raises(UsageError) as caught:
        find_repository(forked)
    mend = f"git config --global --add safe.directory {forked.resolve()}"
    assert refusal(caught) == (f"{forked} is in a repository that belongs to another user", f"where you trust it: {mend}")
    (home / ".gitconfig").write_text(f"[safe]\n\tdirectory = {forked.resolve()}\n")
    assert found(forked).top == forked.resolve()


# ---- commits -------------------------------------------------------------------------------------------------


def test_branches_tags_ids_and_expressions_name_commits(forked: Path) -> None:
    repository = found(forked)
    whole = git(forked, "rev-parse", "main")
    git(forked, "tag", "--annotate", "--message=x", "annotated", "main")
    refs = ("main", "refs/heads/main", "annotated", whole, whole[:10], "main@{0}^0")
    assert [repository.resolve(ref) for ref in refs] == [whole] * 6
    assert repository.resolve("topic~1^2") == git(forked, "rev-parse", "second")
    assert repository.head() == repository.resolve("topic") == repository.resolve("HEAD")


@pytest.mark.parametrize("ref", ["", "--all", "-rf", "ma\nin", "main\0"])
def test_what_is_no_revision_never_reaches_git(forked: Path, ref: str) -> None:
    with pytest.raises(UsageError) as caught:
        found(forked).resolve(ref)
    assert refusal(caught) == (f"{ref!r} is no git revision", "name a branch, a tag or a commit id, as origin/main")


def test_an_unknown_revision_has_a_mend(forked: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--branch=topic", forked.as_uri(), "clone")
    repository = found(tmp_path / "clone")
    mends = {
        "origin/gone-one": "fetch it: git fetch origin gone-one:refs/remotes/origin/gone-one",
        "elsewhere-one": "fetch it: git fetch origin elsewhere-one:refs/remotes/origin/elsewhere-one, "
        "and name it origin/elsewhere-one",
        "origin/mian": 'did you mean "origin/main"? Else fetch it: git fetch origin mian:refs/remotes/origin/mian',
        "main": 'did you mean "origin/main"? Else fetch it: git fetch origin main:refs/remotes/origin/main, '
        "and name it origin/main",
        "f" * 40: f"fetch it: git fetch origin {'f' * 40}",
        "mian~1": "name a branch, a tag or a commit id; git branch --all lists the branches",
        "HEAD:evals": "name a branch, a tag or a commit id; git branch --all lists the branches",
    }
    for ref, mend in mends.items():
        with pytest.raises(UsageError) as caught:
            repository.resolve(ref)
        assert refusal(caught) == (f'git knows no commit "{ref}" here', mend)


def test_the_merge_base_is_the_best_common_commit(forked: Path) -> None:
    repository = found(forked)
    assert repository.merge_base("main") == git(forked, "rev-parse", "second")
    assert repository.merge_base("base") == git(forked, "rev-parse", "base")
    assert repository.merge_base("HEAD") == repository.head()


def test_unrelated_histories_have_no_merge_base(forked: Path, tmp_path: Path) -> None:
    git(forked, "switch", "--quiet", "--orphan", "stranger")
    commit(forked, {"x": ""}, "stranger")
    with pytest.raises(UsageError) as caught:
        found(forked).merge_base("main")
    assert refusal(caught) == ("HEAD and main have no commit in common", "name a base that HEAD comes from")
    git(forked, "remote", "add", "upstream", str(tmp_path / "nowhere"))
    with pytest.raises(UsageError) as caught:
        found(forked).merge_base("main")
    assert refusal(caught)[1].endswith("or fetch this one anew: git fetch upstream main:refs/remotes/upstream/main")


def test_in_a_shallow_clone_the_mends_work(forked: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--depth=1", "--branch=topic", forked.as_uri(), "clone")
    clone = tmp_path / "clone"
    repository = found(clone)
    with pytest.raises(UsageError) as caught:
        repository.merge_base("origin/main")
    mend = refusal(caught)[1].removeprefix("fetch it: ")
    assert mend == "git fetch --unshallow origin main:refs/remotes/origin/main"
    git(clone, "fetch", "--quiet", "--depth=1", "origin", "main:refs/remotes/origin/main")
    with pytest.raises(UsageError) as caught:
        repository.merge_base("origin/main")
    assert refusal(caught) == (
        "this shallow clone does not reach back to where HEAD and origin/main parted",
        "git fetch --unshallow origin",
    )
    git(clone, *shlex.split(mend)[1:])
    assert repository.merge_base("origin/main") == git(forked, "rev-parse", "second")


def test_before_the_first_commit_there_is_no_head(tmp_path: Path) -> None:
    repository = found(new(tmp_path / "new"))
    for ask in (repository.head, lambda: repository.merge_base("main")):
        with pytest.raises(UsageError) as caught:
            ask()
        assert refusal(caught) == ("the repository has no commit yet", "make the first one: git add . && git commit")
    assert repository.default_remote_branch() is None
    assert not repository.is_dirty()


# ---- what changed ----------------------------------------------------------------------------------------------


def test_changes_are_seen_where_they_are(forked: Path) -> None:
    repository = found(forked)
    (forked / ".gitignore").write_text("*.log\n")
    commit(forked, {"other/[a]*.txt": "1"})
    (forked / "evals/x.log").write_text("ignored")
    evals, other = forked / "evals", forked / "other"
    assert not repository.is_dirty() and not repository.is_dirty([evals, other, forked / "missing"])
    (other / "[a]*.txt").write_text("22")
    assert [repository.is_dirty(paths) for paths in ((), [evals], [evals, other], [other / "[a]*.txt"])] == [
        True,
        False,
        True,
        True,
    ]
    git(forked, "checkout", "--quiet", ".")
    (evals / "new").mkdir()
    assert not repository.is_dirty([evals])
    (evals / "new/x").write_text("")
    assert repository.is_dirty([evals]) and not repository.is_dirty([other])
    git(forked, "add", ".")
    assert repository.is_dirty([evals])
    git(forked, "rm", "--quiet", "--cached", "evals/a.txt")
    git(forked, "commit", "--quiet", "--message=x")
    assert repository.is_dirty([evals])
    with pytest.raises(UsageError, match=r"git cannot tell what changed: .* is outside repository"):
        repository.is_dirty([forked.parent])


def test_what_is_left_out_is_no_change(forked: Path) -> None:
    repository, store = found(forked), forked / "evals/[s]tore"
    store.mkdir()
    (store / "x").write_text("")
    assert repository.is_dirty() and not repository.is_dirty(without=store)
    assert repository.is_dirty([forked / "evals"]) and not repository.is_dirty([forked / "evals"], store)
    assert repository.is_dirty(without=forked.parent / "elsewhere")
    (forked / "evals/s").mkdir()
    (forked / "evals/s/x").write_text("")
    assert repository.is_dirty([forked / "evals"], store)


def test_asking_runs_nothing_that_the_repository_configures_and_writes_nothing(forked: Path, tmp_path: Path) -> None:
    """The index is stale, so that git has to look into the files, which is when filters are run."""
    marks = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f'#!/bin/sh\necho "$@" >> {marks}\ncat\n')
    program.chmod(0o755)
    commit(forked, {".gitattributes": "* filter=od.d=x filter=plain diff=d\n", "data/.gitattributes": "* filter=od.d=x\n"})
    for name in ("filter.od.d=x", "filter.plain"):
        for key in ("clean", "smudge", "process"):
            git(forked, "config", f"{name}.{key}", f"{program} {key}")
        git(forked, "config", f"{name}.required", "true")
    for key in ("core.fsmonitor", "diff.d.textconv", "core.pager", "diff.external", "core.alternateRefsCommand"):
        git(forked, "config", key, str(program))
    for hook in ("post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman"):
        shutil.copy(program, forked / ".git/hooks" / hook)
    for path in forked.rglob("*.txt"):
        os.utime(path, (1, 1))
    before = state(forked)
    repository = found(forked)
    assert not repository.is_dirty()
    repository.merge_base("main")
    repository.default_remote_branch()
    repository.materialise("main", Path("evals"), tmp_path / "into")
    assert state(forked) == before
    assert not marks.exists()
    for name in ("filter.od.d=x", "filter.plain"):
        git(forked, "config", "--unset", f"{name}.process")
    git(forked, "status")
    assert marks.exists()


# ---- what to compare with --------------------------------------------------------------------------------------


def test_the_branch_that_a_change_is_meant_for(tmp_path: Path) -> None:
    folder = new(tmp_path / "here")
    commit(folder, {"x": ""})
    git(folder, "branch", "--move", "topic")
    names = [found(folder).default_remote_branch()]
    for ref in ("heads/master", "heads/main", "remotes/origin/master", "remotes/origin/main", "remotes/origin/dev/1"):
        git(folder, "update-ref", f"refs/{ref}", "HEAD")
        names.append(found(folder).default_remote_branch())
    git(folder, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/dev/1")
    names.append(found(folder).default_remote_branch())
    git(folder, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/gone")
    names.append(found(folder).default_remote_branch())
    assert names == [None, "master", "main", *["origin/master"], *["origin/main"] * 2, "origin/dev/1", "origin/main"]


def test_the_nearest_file_of_a_name(tmp_path: Path) -> None:
    folder = new(tmp_path / "nested")
    commit(folder, {"name": "1", "a/b/name": "2", "a/b/c/d/other": "3", "x/name/y": "4"})
    repository = found(folder)
    known = repository.head()
    asked = [Path("a/b/c/d"), Path("a/b"), Path("a"), Path(), Path("x"), Path("nowhere/at/all")]
    nearest = [repository.nearest(known, path, "name") for path in asked]
    assert nearest == [Path("a/b"), Path("a/b"), Path(), Path(), Path(), Path()]
    assert repository.nearest(known, Path("a"), "nothing") is None
