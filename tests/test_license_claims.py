"""What a licence file claims: an exact text is that licence, a changed one names it and leaves its duties unknown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scanner.evidence import license_text
from scanner.evidence.license_text import Role, role
from scanner.fact import Basis, Locator
from scanner.license import LicenseClaim, Status, conclude, of_text
from scanner.license_files import license_texts, text_claims
from tests.evidence.repository import repository
from tests.wording.texts import APACHE, ISC, MIT

LOCATOR = Locator("hf", "acme/widget", path="LICENSE")
EDITED = MIT.replace("without restriction", "for non-commercial purposes")
ALIEN = "These terms of Acme say what you may do with the widget and what you must never do with it at all. " * 6
NOTICE = APACHE[APACHE.index("   Copyright [yyyy]") :]
LINKED = (
    "This work is licensed under the Creative Commons Attribution 4.0 International License. "
    "To view a copy of this license, visit http://creativecommons.org/licenses/by/4.0/."
)


def claims(text: str, *declared: str, path: str = "LICENSE") -> list[LicenseClaim]:
    at = Locator("hf", "acme/widget", path=path)
    return list(text_claims([(license_text.parse(text.encode()), at)], declared))


def ids(found: list[LicenseClaim]) -> list[tuple[str, bool]]:
    return [(claim.ids[0], claim.changed is not None) for claim in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (MIT, [("mit", False)]),
        (EDITED, [("mit", True)]),
        (f"{MIT}\n\n{ALIEN}", [("mit", True)]),
        (f"{MIT}\n====\n\n{APACHE}", [("mit", False), ("apache-2.0", False)]),
        (f"{MIT}\n====\n\n{APACHE.replace('irrevocable', 'revocable')}", [("mit", False), ("apache-2.0", True)]),
        ("Licensed under the Apache License, Version 2.0", [("apache-2.0", False)]),
        ("MIT License\n", [("mit", False)]),
        (f"MIT License\n\n{ALIEN}", [("mit", True)]),
        (f"Gemma Terms of Use\n\n{MIT}", [("mit", True)]),
        ("MIT License\n\nCopyright (c) 2026 Acme. All rights reserved.\n", [("mit", False)]),
        ("MIT License\n\nNot for any business.\n", [("mit", True)]),
        (NOTICE, [("apache-2.0", False)]),
        (NOTICE.replace("at\n", "for research at\n"), [("apache-2.0", True)]),
        ("Licensed under the Apache License, Version 2.0, for non-commercial use only.", [("apache-2.0", True)]),
        (f"{ALIEN}\nParts are available under the terms of the Apache License 2.0.", [("apache-2.0", True)]),
        (f"See the LICENSE at https://acme.example/x for details. {LINKED}", [("cc-by-4.0", False)]),
        (ALIEN, []),
        ("", []),
    ],
)
def test_a_text_claims_what_it_is(text: str, expected: list[tuple[str, bool]]) -> None:
    found = claims(text)
    assert ids(found) == expected
    assert all(claim.basis is Basis.OBSERVED and claim.at == str(LOCATOR) for claim in found)


def test_a_text_nobody_knows_leaves_the_duties_of_a_licence_unknown_whose_text_is_known() -> None:
    assert ids(claims(ALIEN, "apache-2.0")) == [("apache-2.0", True)]
    assert ids(claims("No business use.", "other", "mit")) == [("mit", True)]
    assert ids(claims(ALIEN, "other", "mrl-0.1")) == [], "no text of these is held: this may be it"
    for quiet in ("", "Acme Widget, 2026\n"):
        assert claims(quiet, "apache-2.0") == []


def test_a_text_nobody_knows_counts_beside_a_licence_that_another_file_holds() -> None:
    files = [
        (license_text.parse(t.encode()), Locator("hf", "a/b", path=p))
        for p, t in (("COPYING", ALIEN), ("LICENSE", MIT))
    ]
    assert ids(list(text_claims(files, ()))) == [("mit", False), ("mit", True)]


def test_a_title_over_words_of_which_no_text_is_held_still_names_its_licence() -> None:
    assert ids(claims(f"Llama 3 Community License\n\n{ALIEN}")) == [("llama3", False)]
    assert ids(claims(f"META LLAMA 3 COMMUNITY LICENSE AGREEMENT\n\n{ALIEN}")) == [("llama3", False)]
    assert ids(claims("Llama 3 Community License\n\nNo business use.")) == [("llama3", True)]


def test_the_neighbour_of_a_text_that_is_not_held_is_not_what_was_changed() -> None:
    found = claims("Llama 3 Community License\n\n" + MIT.partition("\n")[2].replace("sell", "lend"))
    assert ids(found) == [("llama3", False)]
    assert ids(claims("Llama 2 Community License\n\n" + MIT.partition("\n")[2].replace("sell", "lend"))) == [
        ("mit", True)
    ]


@pytest.mark.parametrize(
    ("path", "is_"),
    [
        ("LICENSE", Role.LICENSE),
        ("COPYING", Role.LICENSE),
        ("LICENSE-MODEL", Role.LICENSE),
        ("NOTICE.txt", Role.NOTICE),
        ("LICENSE_THIRD_PARTY", Role.NOTICE),
        ("USE_POLICY.md", Role.USE_POLICY),
    ],
)
def test_only_a_licence_file_claims_a_licence_for_the_model(path: str, is_: Role) -> None:
    assert role(path) is is_
    assert bool(claims(MIT, path=path)) is (is_ is Role.LICENSE)
    fact = license_text.parse(MIT.encode())
    assert list(text_claims([(fact, Locator("hf", "acme/widget"))], ())) == []


def test_of_licences_that_share_a_text_the_declared_one_is_meant() -> None:
    both = ("GPL-3.0-only", "GPL-3.0-or-later")
    assert of_text(both, ()) == "gpl-3.0"
    assert of_text(both, ("gpl-3.0",)) == "gpl-3.0"
    assert of_text(both, ("mit", "GPL-3.0-or-later")) == "GPL-3.0-or-later"
    assert of_text(("LicenseRef-scancode-llama-3.1-license-2024",), ("llama3.1",)) == "llama3.1"
    assert of_text(("0BSD",), ()) == "0BSD"


def test_a_changed_text_is_concluded_as_no_licence_and_says_where_it_departs() -> None:
    tag = LicenseClaim(("mit",), None, None, Basis.DECLARED, "hf://acme/widget/README.md")
    for others in ((tag,), ()):
        license = conclude((*others, *claims(EDITED, "mit")), read=True)
        assert (license.status, license.concluded, license.commercial_use) == (Status.UNKNOWN, None, None)
        assert license.duties == ()
        (note,) = [citation.source for name, citation in license.footnotes if name == "changed"]
        assert note.startswith(
            'text of MIT with 1 difference: line 7 "for non commercial purposes" in place of 2 words'
        )
        assert note.endswith(": hf://acme/widget/LICENSE")
        assert "concluded" not in dict(license.footnotes)
    assert license.declared == ()


def test_an_unchanged_text_is_known_and_settles_what_other_means() -> None:
    other = LicenseClaim(("other",), None, None, Basis.DECLARED, "hf://acme/widget/README.md")
    license = conclude((other, *claims(MIT, "other")), read=True)
    assert (license.status, license.concluded) == (Status.KNOWN, "MIT")


def test_a_changed_text_of_another_licence_conflicts_with_the_declared_one() -> None:
    tag = LicenseClaim(("apache-2.0",), None, None, Basis.DECLARED, "hf://acme/widget/README.md")
    assert conclude((tag, *claims(EDITED, "apache-2.0")), read=True).status is Status.CONFLICTING


def test_many_changes_are_counted() -> None:
    text = MIT
    for word in ("person", "deal", "copies", "merge", "sell", "included", "liable"):
        text = text.replace(word, f"{word} not", 1)
    (claim,) = claims(text)
    assert claim.changed is not None
    assert claim.changed.startswith("text of MIT with 6 differences: line ")
    assert claim.changed.endswith("; 3 more")
    (long,) = claims(MIT + "filler " * 21_000)
    assert long.changed is not None
    assert "words that were not compared" in long.changed
    assert "text of MIT and other words: " in long.changed


def records(tmp_path: Path, files: dict[str, str | bytes]) -> list[dict[str, Any]] | None:
    from scanner.evidence import Depth
    from scanner.evidence.collect import collect

    model, hub = repository(tmp_path, files)
    return license_texts(collect(model, hub, Depth.CARD))


def test_the_records_of_a_repository_say_what_each_licence_file_holds(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"LICENSE": EDITED, "NOTICE": ISC, "LICENSE-CODE": "SPDX-License-Identifier: MIT\n"}
    found = records(tmp_path, files)
    assert found is not None
    told = [(r["path"], r["role"], r["status"], r["license"], r["similarity"], r["changes"]) for r in found]
    assert told == [
        ("LICENSE", "license", "edited", "MIT", 98, 1),
        ("LICENSE-CODE", "license", "named", "MIT", None, 0),
        ("NOTICE", "notice", "exact", "ISC", 100, 0),
    ]
    (difference,) = found[0]["differences"]
    assert (difference["kind"], difference["line"], difference["missing"]) == ("changed", 7, 2)


def test_a_repository_without_licence_files_has_no_record_and_one_that_cannot_be_read_has_none_to_show(
    tmp_path: Path,
) -> None:
    assert records(tmp_path / "a", {"README.md": "x"}) == []
    assert records(tmp_path / "b", {"LICENSE": b"%PDF-1.7"}) is None
