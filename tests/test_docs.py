"""What the documents say is what the program does."""

from __future__ import annotations

import re
import shlex
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import click
import pytest

from scanner import errors
from scanner.cli import COMMANDS, SUBCOMMANDS, keys
from scanner.cli.config import GENERAL, SHARED
from scanner.policy import Policy, Verdict, load_policy, read_policy, shipped
from tests.cli.conftest import Ran
from tests.cli.conftest import run as run  # the fixture

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
RULES = (ROOT / "policies" / "README.md").read_text(encoding="utf-8")

Run = Callable[..., Ran]


def blocks(language: str, text: str = README) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)


def sessions(block: str) -> Iterator[tuple[str, list[str]]]:
    """(command, lines it prints) of a console block; a line of three dots stands for any lines."""
    for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
        command, *lines = part.rstrip("\n").split("\n")
        yield command, lines


SESSIONS = [session for block in blocks("console") for session in sessions(block)]


@pytest.mark.parametrize(("command", "shown"), SESSIONS, ids=[command for command, _ in SESSIONS])
def test_the_readme_shows_what_the_command_prints(run: Run, command: str, shown: list[str]) -> None:
    words = shlex.split(command)
    assert words[0] == "modelorigin"
    printed = [unmarked(line) for line in run(*words[1:]).out.splitlines()]
    at = 0
    for line in map(unmarked, shown):
        if line.strip() == "...":
            continue
        assert line in printed[at:], f"not printed (any more): {line}"
        at = printed.index(line, at) + 1


def unmarked(line: str) -> str:
    """A line without the numbers of its footnotes, which shift with every source that is added."""
    return re.sub(r" ?(?:\[\d+\])+", "", line).rstrip()


def test_there_is_something_shown() -> None:
    assert SESSIONS


def test_two_commands_set_up_everything() -> None:
    setups = [block.strip() for block in blocks("sh")]
    assert [command.split(" && ")[0] for command in setups] == ["pip install .", 'pip install ".[test]"']
    assert setups[0].split(" && ")[1].startswith("modelorigin check ")
    assert setups[1].endswith("&& pytest")


def test_the_first_command_of_the_readme_answers(run: Run) -> None:
    command = blocks("sh")[0].strip().split(" && ")[1]
    ran = run(*shlex.split(command)[1:])
    assert ran.code == 1
    assert "DENY" in ran.out


def test_every_command_stands_in_the_readme_and_in_the_help(run: Run) -> None:
    help = run("--help").out
    for name in COMMANDS:
        row = next(line for line in README.splitlines() if line.startswith(f"| `modelorigin {name} "))
        assert all(sub in row for sub in SUBCOMMANDS.get(name, ()))
        assert re.search(rf"^  {name}\s", help, re.M)
        assert run(name, "--help").code == 0
        for sub in SUBCOMMANDS.get(name, ()):
            assert run(name, sub, "--help").code == 0


def test_the_subcommands_that_are_named_are_those_that_exist() -> None:
    from importlib import import_module

    for name in COMMANDS:
        command = import_module(f"scanner.cli.{name}").command
        found = command.list_commands(click.Context(command)) if isinstance(command, click.Group) else ()
        assert sorted(found) == sorted(SUBCOMMANDS.get(name, ()))


def test_the_exit_codes_of_the_readme_are_those_of_the_help(run: Run) -> None:
    table = dict(re.findall(r"^\| (\d+) \| (.+?) \|$", README, re.M))
    help = dict(re.findall(r"^    (\d+)\s+(.+)$", run("--help").out, re.M))
    assert set(table) == set(help) == {"0", "1", "2", "3", "130"}
    for code, meaning in help.items():
        assert table[code].replace("`", "").startswith(meaning)


def test_every_error_class_stands_in_the_tree_with_its_exit_code() -> None:
    drawn = dict(re.findall(r"[─ ] ?(\w+)\s+([23])\b", errors.__doc__ or ""))
    classes = {
        c.__name__: c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, errors.ScannerError)
    }
    public = {name: c for name, c in classes.items() if not name.startswith("_") and name != "HubError"}
    assert {name: str(c.exit_code) for name, c in public.items()} == {k: v for k, v in drawn.items() if k != "HubError"}


def test_the_policy_of_the_readme_loads() -> None:
    policy = read_policy(next(block for block in blocks("yaml") if block.startswith("version")))
    assert policy.name == "our-house"


def test_the_configuration_of_the_readme_has_keys_that_exist() -> None:
    for block in blocks("toml"):
        assert set(tomllib.loads(block)["tool"]["modelorigin"]) <= SHARED | keys()[GENERAL]


WEIGHT = {Verdict.ALLOW: "note", Verdict.REVIEW: "review", Verdict.DENY: "deny"}


def rule_list(policies: list[Policy]) -> str:
    """The body of policies/README.md: a section for each pack, a line for each rule it declares."""
    parts = []
    for policy in policies:
        over = f" Extends {', '.join(f'`{name}`' for name in policy.extends)}." if policy.extends else ""
        parts += [
            f"## {policy.name}",
            "",
            f"{policy.title} ({policy.status.value}).{over} {policy.description}".rstrip(),
            "",
        ]
        rows = [
            f"| `{rule.id}` | {rule.title} | {WEIGHT[rule.verdict]} | {WEIGHT[rule.unknown]} |"
            for rule in policy.rules
            if rule.pack == policy.name
        ]
        parts += ["| rule | what is wrong | verdict | when unknown |", "|---|---|---|---|", *rows, ""] if rows else []
    return "\n".join(parts).rstrip() + "\n"


def test_the_rule_list_is_that_of_the_packs() -> None:
    head, mark, body = RULES.partition("<!-- rules -->\n\n")
    expected = rule_list([load_policy(name) for name in shipped()])
    assert mark
    assert head.startswith("# Policies")
    assert body == expected, "write policies/README.md anew: python -m tests.test_docs"


def test_the_changelog_has_a_place_for_what_comes() -> None:
    assert "## Unreleased" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_link_to_a_file_of_ours_leads_somewhere() -> None:
    for document in (
        ROOT / name for name in ("README.md", "policies/README.md", "benchmarks/RESULTS.md", "templates/README.md")
    ):
        for target in re.findall(r"\]\((?!https?://|#)([^)]+)\)", document.read_text(encoding="utf-8")):
            assert (document.parent / target.split("#")[0]).exists(), target


def test_ci_runs_the_readme_s_own_test_command() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    found = subprocess.run(
        ["bash", "-c", next(line for line in script.splitlines() if line.startswith("readme=")) + '; echo "$readme"'],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    assert found.stdout.strip() == blocks("sh")[1].strip()
    assert 'bash -c "$readme"' in script
    order = [script.index(step) for step in ("ruff check", "mypy", "lint-imports", 'bash -c "$readme"')]
    assert all(a < b for a, b in pairwise(order))


if __name__ == "__main__":
    path = ROOT / "policies" / "README.md"
    head = path.read_text(encoding="utf-8").partition("<!-- rules -->\n\n")[0]
    path.write_text(
        head + "<!-- rules -->\n\n" + rule_list([load_policy(name) for name in shipped()]), encoding="utf-8"
    )
