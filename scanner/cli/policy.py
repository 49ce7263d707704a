"""``modelorigin policy``: policies as a reader, an author and a reviewer need them."""

from __future__ import annotations

from pathlib import Path

import click

from scanner.cli.options import Configured, option
from scanner.cli.output import emit, in_a_folder, report, write_file
from scanner.errors import PolicyError

SCHEMAS = {
    "policy": "policy.schema.json",
    "waivers": "waivers.schema.json",
    "facts": "facts-v1.schema.json",
    "decision": "decision-v1.schema.json",
    "report": "report-v1.schema.json",
    "codebase": "codebase-v1.schema.json",
    "audit": "audit-v1.schema.json",
    "diff": "diff-v1.schema.json",
    "replay": "replay-v1.schema.json",
    "what-if": "what-if-v1.schema.json",
}


@click.group("policy")
def command() -> None:
    """List, show, check, test and explain policies."""


@command.command("list")
def list_() -> None:
    """List the policies that ship: name, status, number of rules, title."""
    from scanner.policy import load_policy, shipped

    policies = [load_policy(name) for name in shipped()]
    width = max(len(policy.name) for policy in policies)
    emit("\n".join(f"{p.name:<{width}}  {p.status.value:<9}  {len(p.rules):>3} rules  {p.title}" for p in policies))


@command.command("show")
@click.argument("policy", metavar="NAME|FILE")
def show(policy: str) -> None:
    """Print the text of a policy, after the texts it extends."""
    from scanner.policy import load_policy

    loaded = load_policy(policy)
    emit("\n".join(f"# {name}, sha256 of the whole {loaded.digest}\n{text}" for name, text in loaded.texts.items()))


@command.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
def check(files: tuple[str, ...]) -> int:
    """Load each policy FILE (or shipped NAME) and report every error with file and line."""
    from scanner.policy import load_policy

    failed = 0
    for file in files:
        try:
            policy = load_policy(file)
        except PolicyError as error:
            report(error)
            failed = error.exit_code
        else:
            emit(f"{file}: {policy.name}, {policy.status.value}, {len(policy.rules)} rules, sha256 {policy.digest}")
    return failed


@command.command("test")
@click.argument("policies", nargs=-1, metavar="[NAME|FILE]...")
def test(policies: tuple[str, ...]) -> int:
    """Run the tests of each policy, or of every policy that ships. Exit code 1 when one fails."""
    from scanner.policy import shipped
    from scanner.policy.selftest import test_policy

    passed = failed = 0
    untested = False
    for name in policies or shipped():
        tested = test_policy(name)
        for result in tested.results:
            passed += not result.problems
            failed += bool(result.problems)
            for problem in result.problems:
                emit(f"{tested.file}:{result.line}: {result.name}: {problem}")
        for rule in tested.untested:
            untested = True
            emit(f"{tested.file}: rule {rule} has no test that fails and one that passes")
    emit(f"{passed} passed, {failed} failed")
    return 1 if failed or untested else 0


@command.command("explain")
@click.argument("policy", metavar="NAME|FILE")
def explain(policy: str) -> None:
    """Say in words what each rule of a policy asks, and what it weighs when it cannot be answered."""
    from scanner.policy import explain as words
    from scanner.policy import load_policy

    emit("\n".join(words(load_policy(policy))))


@command.command("schema", cls=Configured)
@click.argument("kind", type=click.Choice(list(SCHEMAS)), default="policy")
@option(
    "output",
    "-o",
    of="policy schema",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=in_a_folder,
    metavar="FILE",
    help="Write to FILE instead of stdout.",
)
def schema(kind: str, output: Path | None) -> None:
    """Print a JSON Schema: of a policy or waiver file (for editors), or of a document that is printed or written."""
    from scanner.data import text

    body = text(f"schema/{SCHEMAS[kind]}")
    if output:
        write_file(output, body)
    else:
        emit(body)
