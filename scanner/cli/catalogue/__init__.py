"""``modelorigin catalogue``: the whole Hub in one file: filled, searched, judged. One file a subcommand."""

from __future__ import annotations

from scanner.cli.subcommands import Subcommands

command = Subcommands(
    "catalogue",
    {
        "import": "fill it from a file: parquet, JSON lines, a bundle, or the starter",
        "export": "write it as a bundle, for a site without network",
        "search": "find models by words, origin, licence, format, task, verdict",
        "show": "everything that is known of one model",
        "stats": "how many models there are, by origin, licence, format, task and time",
        "descendants": "everything that comes out of a model, and the scans that met it",
        "alternatives": "what could be used instead of a model under a policy",
        "judge": "judge every model by a policy, count the verdicts, compare two policies",
    },
    help="The models of the whole Hub, as far as they were crawled or imported.",
)
