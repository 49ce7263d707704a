"""``modelorigin audit``: what was decided, and that nobody has changed it since. One file a subcommand."""

from scanner.cli.subcommands import Subcommands

command = Subcommands(
    "audit",
    {
        "list": "list recorded scans, newest first",
        "show": "show one scan as it was recorded",
        "checkpoint": "sign the log of all scans as it is now",
        "witness": "keep a checkpoint outside, if the log has only grown since the last",
        "verify": "hash everything anew: is it what was recorded, signed, witnessed?",
        "replay": "judge every recorded scan again: the same, or what if?",
        "diff": "what changed between two scans of a model, in words",
        "export": "one scan with its proof, or all that was decided in a period",
        "redact": "remove one scan; the log keeps its hash, who removed it and why",
    },
    help="Read the recorded scans, and prove that they are those that were recorded.",
)
