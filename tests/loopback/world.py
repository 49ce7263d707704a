"""The seeded world: a small hub where every situation the scanner must survive has a name.

``seeded_world`` fills a hub and says which model plays which part.
"""

from __future__ import annotations

from typing import Final

from . import world_cards, world_files
from .hub import LoopbackHub
from .state import Content, Repo

LLAMA: Final = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 64, "vocab_size": 512}
NON_COMMERCIAL: Final = "cc-by-nc-4.0"


def seeded_world(hub: LoopbackHub, *, crowd: int = 2500, many: int = 12_000) -> dict[str, str]:
    """Adds the world; returns the model id by part. ``crowd`` models and ``many`` files can be made fewer.

    - root: weights, tokenizer, licence text; three commits, tag v1, branch dev, refs/pr/1. other_root
    - finetune, adapter, quantized: of root; adapter and quantized name it in a file as well. merge: of both roots
    - chain_0 .. chain_5: each fine-tuned from the one before. diamond_top, _left, _right, _bottom. cycle_a, cycle_b.
      self_loop
    - renamed, renamed_old: now and formerly. legacy, legacy_old: the same, from a name without namespace.
      drifted, drifted_old: the same, but the old name belongs to another repository by now
    - taken_over: deleted, its namespace registered again by someone else, and made anew
    - gated, gated_manual, private, disabled. deleted and dataset: no model has these names; dataset is one
    - base_X: declares its base in the odd way X, or declares the odd model X
    - license_X, card_X: see ``world_cards``. files_X: see ``world_files``
    - crowd: an author, not a model; seven of its models at a time were made in the same second
    """
    names = _relations(hub) | _shapes(hub) | _identities(hub) | _doors(hub)
    names |= _odd_bases(hub, names)
    for repo_name, repo in [*world_cards.repositories(names["root"]), *world_files.repositories(names["root"], many)]:
        names[repo_name] = hub.add(repo).id
    for index in range(crowd):
        hub.add(_one_of_many(index))
    return names | {"crowd": "crowd"}


def model(id: str, *bases: str, license: str = "apache-2.0", created_at: str = "2024-06-01T12:00:00.000Z") -> Repo:
    """A plain repository: a card that names its bases, and a config."""
    return Repo(id, {"README.md": readme(id, *bases, license=license), "config.json": LLAMA}, created_at=created_at)


def readme(id: str, *bases: str, license: str = "apache-2.0") -> str:
    parents = "".join(f"- {base}\n" for base in bases)
    return f"---\nlicense: {license}\n{'base_model:' if bases else ''}\n{parents}---\n# {id}\n"


def _relations(hub: LoopbackHub) -> dict[str, str]:
    root = hub.add(
        Repo("forge/root-1b", world_files.root_files(), created_at="2024-01-10T08:00:00.000Z", downloads=5000, likes=70)
    )
    hub.commit(root.id, {"generation_config.json": {"do_sample": True}}, title="Add generation config")
    hub.commit(root.id, {"README.md": readme(root.id) + "\nAll of it.\n"}, title="Say more")
    hub.commit(root.id, {"notes.md": "not on main\n"}, branch="dev", title="Notes")
    hub.commit(root.id, {"LICENSE": None}, branch="refs/pr/1", title="Drop the licence")
    root.tag("v1")
    other = hub.add(Repo("quarry/stone-1b", world_files.root_files("quarry/stone-1b"), downloads=900))
    finetune = hub.add(model("forge/root-1b-chat", root.id))
    adapter = hub.add(Repo("loom/root-1b-lora", world_files.adapter_files(root.id)))
    quantized = hub.add(Repo("press/root-1b-GGUF", world_files.gguf_files(root.id)))
    merge_files: dict[str, Content] = {
        "README.md": readme("mill/two-roots", root.id, other.id),
        "config.json": LLAMA,
        "mergekit_config.yml": f"merge_method: slerp\nbase_model: {root.id}\nmodels:\n- model: {other.id}\n",
    }
    merge = hub.add(Repo("mill/two-roots", merge_files))
    return {
        "root": root.id, "other_root": other.id, "finetune": finetune.id, "adapter": adapter.id,
        "quantized": quantized.id, "merge": merge.id,
    }  # fmt: skip


def _shapes(hub: LoopbackHub) -> dict[str, str]:
    edges = {"chain_0": [], **{f"chain_{i}": [f"shape/chain-{i - 1}"] for i in range(1, 6)}} | {
        "diamond_top": [],
        "diamond_left": ["shape/diamond-top"],
        "diamond_right": ["shape/diamond-top"],
        "diamond_bottom": ["shape/diamond-left", "shape/diamond-right"],
        "cycle_a": ["shape/cycle-b"],
        "cycle_b": ["shape/cycle-a"],
        "self_loop": ["shape/self-loop"],
    }
    return {part: hub.add(model(f"shape/{part.replace('_', '-')}", *bases)).id for part, bases in edges.items()}


def _identities(hub: LoopbackHub) -> dict[str, str]:
    hub.add(model("drift/before", created_at="2023-03-01T00:00:00.000Z"))
    hub.rename("drift/before", "drift/after")
    hub.add(model("drift/home", created_at="2023-03-01T00:00:00.000Z"))
    hub.rename("drift/home", "harbour/home")
    hub.add(model("drift/home", created_at="2025-02-01T00:00:00.000Z"))
    hub.add(model("ghost/spirit-7b", created_at="2023-05-01T00:00:00.000Z"))
    hub.take_over("ghost/spirit-7b", model("ghost/spirit-7b", created_at="2025-09-01T00:00:00.000Z"))
    hub.add(model("oldbert", created_at="2022-03-02T23:29:04.000Z"))
    hub.rename("oldbert", "forge/oldbert")
    return {
        "renamed": "drift/after", "renamed_old": "drift/before", "drifted": "harbour/home",
        "drifted_old": "drift/home", "taken_over": "ghost/spirit-7b",
        "legacy": "forge/oldbert", "legacy_old": "oldbert",
    }  # fmt: skip


def _doors(hub: LoopbackHub) -> dict[str, str]:
    hub.add(Repo("vault/gated-1b", world_files.root_files("vault/gated-1b"), gated="auto"))
    hub.add(Repo("vault/asked-1b", world_files.root_files("vault/asked-1b"), gated="manual"))
    hub.add(Repo("vault/private-1b", world_files.root_files("vault/private-1b"), private=True))
    hub.add(Repo("vault/disabled-1b", world_files.root_files("vault/disabled-1b"), disabled=True))
    hub.add(model("vault/deleted-1b", created_at="2023-01-01T00:00:00.000Z"))
    hub.delete("vault/deleted-1b")
    hub.add_dataset("vault/dataset")
    return {
        "gated": "vault/gated-1b", "gated_manual": "vault/asked-1b", "private": "vault/private-1b",
        "disabled": "vault/disabled-1b", "deleted": "vault/deleted-1b", "dataset": "vault/dataset",
    }  # fmt: skip


def _odd_bases(hub: LoopbackHub, names: dict[str, str]) -> dict[str, str]:
    root = names["root"]
    odd = {
        "url": f"https://huggingface.co/{root}/tree/main",
        "short_url": f"hf.co/{root}",
        "revision": f"{root}@main",
        "slash": f'"{root}/ "',
        "path": "/workspace/out/checkpoint-3890",
        "relative_path": "./out/final",
        "windows_path": "'D:\\models\\root'",
        "case": root.upper(),
        "bare": names["legacy_old"],
        "number": "7",
        "invalid": "'a/b/c'",
        "null": "null",
        "mapping": f"{{name: {root}}}",
        **{door: names[door] for door in ("gated", "gated_manual", "private", "disabled", "deleted", "dataset")},
        **{other: names[other] for other in ("renamed_old", "drifted_old", "taken_over")},
    }
    whole = {"list": f"[{root}, {names['other_root']}]", "empty_list": "[]", "list_with_null": f"[null, {root}]"}
    found = {}
    for part, value in {**odd, **whole}.items():
        id = f"odd/base-{part.replace('_', '-')}"
        card = f"---\nlicense: apache-2.0\nbase_model: {value}\n---\n# {id}\n"
        found[f"base_{part}"] = hub.add(Repo(id, {"README.md": card, "config.json": LLAMA})).id
    return found


def _one_of_many(index: int) -> Repo:
    minute, second = divmod(index // 7, 60)
    moment = f"2025-03-{1 + minute // 60:02d}T10:{minute % 60:02d}:{second:02d}.000Z"
    card = f"---\nlicense: {('mit', 'apache-2.0', NON_COMMERCIAL)[index % 3]}\n---\n"
    return Repo(f"crowd/model-{index:04d}", {"README.md": card}, created_at=moment, downloads=index % 100)
