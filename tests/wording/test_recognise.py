"""A licence text is known word for word; what departs from it is shown, and is the licence of nobody."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wording import MAX_STEPS, MAX_WORDS, Kind, Recognition, Status, recognise
from scanner.wording.index import Index, Reference, digest, packed
from scanner.wording.words import hashes
from tests.wording.texts import APACHE, ISC, MIT, TEXTS


def exact(found: Recognition) -> tuple[str, ...]:
    assert found.status is Status.EXACT
    assert found.others == ()
    assert found.parts[0].similarity == 1
    assert found.parts[0].differences == ()
    return found.parts[0].licenses


def rewrapped(text: str, width: int) -> str:
    paragraphs = [" ".join(p.split()) for p in re.split(r"\n\s*\n", text)]
    return "\n\n".join(re.sub(rf"(.{{1,{width}}})(?: |$)", r"\1\n", p).strip() for p in paragraphs)


NOISE: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "upper case": str.upper,
    "another wrapping": lambda text: rewrapped(text, 55),
    "one line a paragraph": lambda text: rewrapped(text, 5000),
    "other line ends": lambda text: text.replace("\n", "\r\n"),
    "blanks": lambda text: text.replace(" ", "  ").replace("\n", "   \n"),
    "comment marks": lambda text: "".join(f"# {line}\n" for line in text.splitlines()),
    "typographic quotes": lambda text: re.sub(r'"([^"]*)"', "“\\1”", text).replace("'", "’"),
    "markup": lambda text: f"<div><pre>{text}</pre></div>",
    "a heading": lambda text: f"# Widget\n\nCopyright © 2024-2026 The Widget Team. All rights reserved.\n\n{text}",
    "no heading": lambda text: text[text.index("\n\n", 40) :],
    "another holder": lambda text: text.replace("Acme Models GmbH", "J. R. Doe <j@doe.example>"),
    "bullets": lambda text: re.sub(r"\((?=[a-d]\))", "", text),
    "character references": lambda text: text.replace('"', "&quot;").replace("(c)", "&copy;"),
    "another spelling": lambda text: text.replace("license", "licence"),
}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("noise", NOISE)
def test_noise_makes_no_difference(name: str, noise: str) -> None:
    assert name in exact(recognise(NOISE[noise](TEXTS[name])))


def test_an_appendix_may_be_left_out_but_not_changed() -> None:
    assert exact(recognise(APACHE[: APACHE.index("APPENDIX")])) == ("Apache-2.0",)
    assert exact(recognise(APACHE.replace("[yyyy] [name of copyright owner]", "2026 Acme GmbH"))) == ("Apache-2.0",)
    changed = APACHE.replace("To apply the Apache License", "To apply the restricted Apache License")
    assert recognise(changed).status is Status.EDITED


EDITS = [
    (MIT, "without restriction", "for non-commercial purposes", 7, "without"),
    (MIT, "to any person", "to no person", 5, "any"),
    (MIT, "and/or sell", "but not sell", 8, "and"),
    (ISC, "with or without fee", "with fee", 6, "without"),
    (ISC, "IN NO EVENT", "IN ANY EVENT", 11, "no"),
    (APACHE, "no-charge, royalty-free, irrevocable", "royalty-free, revocable", None, "no"),
]


@pytest.mark.parametrize(("text", "clause", "instead", "line", "named"), EDITS)
def test_a_changed_clause_is_shown_with_its_line_and_is_no_licence(
    text: str, clause: str, instead: str, line: int | None, named: str
) -> None:
    found = recognise(text.replace(clause, instead, 1))
    assert found.status is Status.EDITED
    (part,) = found.parts
    assert 0.9 < part.similarity < 1
    assert line is None or part.differences[0].line == line
    assert any(named in difference.named for difference in part.differences)
    said = " ".join(difference.words for difference in part.differences)
    new = set(re.findall(r"\w+", instead.lower())) - set(re.findall(r"\w+", clause.lower()))
    assert new <= set(said.split())


def test_what_was_added_and_what_was_taken_out_are_told_apart() -> None:
    added = recognise(MIT.replace("to deal\nin", "to deal for research only\nin")).parts[0].differences
    assert [(d.kind, d.words, d.count, d.missing) for d in added] == [(Kind.ADDED, "for research only", 3, 0)]
    gone = recognise(MIT.replace(", and/or sell\n", "\n")).parts[0].differences
    assert [(d.kind, d.words, d.missing, d.named) for d in gone] == [(Kind.REMOVED, "", 3, ("and", "or", "sell"))]
    assert gone[0].told == "lacks 3 words of the licence (among them, it seems: and, or, sell)"


@pytest.mark.parametrize(
    "line",
    [
        "Copyright (c) 2026 Acme. For research use only.",
        "Copyright (c) 2026 Acme, no commercial use",
        "Version 3 of these terms",
        "Widget 7B",
        "This model may not be sold",
    ],
)
def test_a_term_in_the_heading_is_no_noise(line: str) -> None:
    assert recognise(f"{line}\n\n{MIT}").status is not Status.EXACT
    assert recognise(MIT.replace("Copyright (c) 2026 Acme Models GmbH", line)).status is not Status.EXACT


def test_words_after_a_text_are_never_noise() -> None:
    found = recognise(f"{MIT}\nRussians go away")
    assert (found.status, [other.words for other in found.others]) == (Status.EMBEDDED, [3])
    assert found.others[0].lines == (23, 23)


def test_a_licence_within_other_text_is_found_with_its_lines() -> None:
    words = "This model was trained on a great many tables and it shall be used with care.\n"
    found = recognise(f"# Widget\n\n{words * 4}\n{ISC}\n{words * 3}")
    assert found.status is Status.EMBEDDED
    (part,) = found.parts
    assert (part.licenses, part.status) == (("ISC",), Status.EXACT)
    assert part.lines[0] in range(8, 13)
    assert len(found.others) == 2


def test_several_texts_in_one_file_are_parts_each_with_its_lines() -> None:
    found = recognise(f"{MIT}\n=====\n\n{APACHE}\n=====\n\n{ISC.replace('without fee', 'a fee')}")
    assert found.status is Status.SEVERAL
    assert [(p.licenses[0], p.status) for p in found.parts] == [
        ("MIT", Status.EXACT),
        ("Apache-2.0", Status.EXACT),
        ("ISC", Status.EDITED),
    ]
    lines = [p.lines for p in found.parts]
    assert lines == sorted(lines)
    assert lines[0][1] < lines[1][0] < lines[1][1] < lines[2][0]


def test_the_same_text_twice_is_two_parts() -> None:
    found = recognise(f"{MIT}\n\n{MIT.replace('2026', '2020')}")
    assert [(p.licenses, p.status) for p in found.parts] == [(("MIT",), Status.EXACT)] * 2


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file', ("Apache-2.0",)),
        ("SPDX-License-Identifier: GPL-3.0-or-later\n", ("GPL-3.0-or-later",)),
        ("This model is released under the MIT License.", ("MIT",)),
        ("License: CC-BY-4.0", ("CC-BY-4.0",)),
        ("We like apache helicopters and MIT students.", ()),
        ("Licensed under our own terms.", ()),
        ("", ()),
    ],
)
def test_a_file_that_only_names_a_licence_is_said_to_name_it(text: str, names: tuple[str, ...]) -> None:
    found = recognise(text)
    assert (found.names, found.parts) == (names, ())
    assert found.status is (Status.NAMED if names else Status.NONE)


def test_a_text_of_nobody_is_none() -> None:
    assert recognise("The quick brown fox jumps over the lazy dog. " * 40).status is Status.NONE


def test_a_word_that_shares_its_number_is_still_a_difference() -> None:
    # Sixteen bits are easily met: crc32 of this word ends as that of "any" does.
    import zlib

    wanted = zlib.crc32(b"any") & 0xFFFF
    twin = next(w for i in range(2**20) if zlib.crc32((w := f"q{i}x").encode()) & 0xFFFF == wanted)
    found = recognise(MIT.replace("to any person", f"to {twin} person"))
    assert found.status is Status.EDITED
    assert [d.words for d in found.parts[0].differences] == ["words that could not be placed"]


def test_a_heading_and_a_copyright_line_are_noise_in_a_changed_text_too() -> None:
    text = MIT.replace("MIT License", "MIT Widget License").replace("any person", "no person")
    text = text.replace("conditions:\n\n", "conditions: Copyright 1999 Widget Inc. ")
    assert [(d.words, d.missing) for d in recognise(text).parts[0].differences] == [("no", 1)]


def test_a_name_in_the_place_of_whoever_gives_the_licence_is_noise_unless_it_says_more() -> None:
    assert exact(recognise(ISC.replace("THE AUTHOR", "ACME MODELS GMBH"))) == ("ISC",)
    for name in ("ANY COMMERCIAL USER", "ACME UNLESS PAID", "WIDGET 3"):
        assert recognise(ISC.replace("THE AUTHOR", name)).status is Status.EDITED


def test_a_heading_without_the_title_is_noise() -> None:
    assert exact(recognise("# Widget\n\n" + MIT.replace("MIT License\n", ""))) == ("MIT",)
    assert exact(recognise("The MIT\n\n" + MIT.replace("MIT License\n", ""))) == ("MIT",)
    assert exact(recognise("# Widget under Apache 2.0\n\n" + APACHE[60:])) == ("Apache-2.0",)
    assert recognise("# Widget under Apache 3.0\n\n" + APACHE[60:]).status is Status.EMBEDDED
    assert exact(recognise("# Widget\n\n" + APACHE[: APACHE.index("END OF TERMS")])) == ("Apache-2.0",)


def test_a_text_that_departs_as_much_from_two_licences_is_told_to_be_of_both() -> None:
    words = [f"word{letter}{other}" for letter in "abcdefgh" for other in "klmnopqr"]
    made = [[*words[:30], one, *words[30:]] for one in ("red", "blue")]
    references = [
        Reference(number, (name,), name, len(text), 0, 0, digest(text), "a test", "2026-11-23")
        for number, (name, text) in enumerate(zip(("Red", "Blue"), made, strict=True))
    ]
    index = Index(references, packed([hashes(text) for text in made]))
    assert recognise(" ".join(made[1]), index).parts[0].licenses == ("Blue",)
    (part,) = recognise(" ".join([*words[:30], "green", *words[30:]]), index).parts
    assert (set(part.licenses), part.status) == ({"Red", "Blue"}, Status.EDITED)
    assert part.runner_up is not None
    assert part.runner_up.departing == 2


def test_a_closer_neighbour_is_told_by_its_departing_words() -> None:
    part = recognise(MIT.replace("to deal", "to work")).parts[0]
    assert part.runner_up is not None
    assert "MIT" not in part.runner_up.licenses
    assert part.runner_up.departing > sum(d.count + d.missing for d in part.differences)


HOSTILE = {
    "one word": "a " * 200_000,
    "a phrase": "the software is provided " * 30_000,
    "a licence many times": MIT * 300,
    "a shuffled licence": " ".join(random.Random(1).sample(APACHE.split(), len(APACHE.split())) * 3),
    "every third word": " ".join("x" if i % 3 else w for i, w in enumerate(APACHE.split())),
    "reversed": " ".join(APACHE.split()[::-1]),
    "paragraphs shuffled": "\n\n".join(random.Random(2).sample(APACHE.split("\n\n"), len(APACHE.split("\n\n")))),
    "one long line": "x" * 2**20,
    "nul": "\x00" * 2**19,
    "copyright lines": "Copyright (c) 2020 x\n" * 20_000,
    "open tags": "<p " * 100_000,
    "open links": "](x" * 100_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_text_takes_more_than_the_counted_work(kind: str) -> None:
    found = recognise(HOSTILE[kind])
    assert found.steps <= MAX_STEPS
    assert len(found.parts) <= 8
    assert all(len(part.differences) <= 50 for part in found.parts)


def test_words_that_were_not_compared_leave_no_text_exact() -> None:
    found = recognise(MIT + "filler " * MAX_WORDS)
    assert found.status is Status.EMBEDDED
    assert found.unread > 0


@given(st.text(max_size=400))
def test_any_text_is_recognised_or_not_without_an_error(text: str) -> None:
    found = recognise(text)
    assert all(1 <= part.lines[0] <= part.lines[1] for part in found.parts)


@given(st.randoms(use_true_random=False), st.sampled_from(sorted(TEXTS)))
def test_two_words_of_a_hundred_changed_leave_the_licence_recognisable_and_never_exact(
    draw: random.Random, name: str
) -> None:
    words = re.split(r"(\s+)", TEXTS[name])
    places = [i for i, word in enumerate(words) if i > 60 and word.isalpha()]
    for place in draw.sample(places, max(1, len(places) // 50)):
        words[place] = draw.choice(("quickly", "table", f"{words[place]} window", ""))
    found = recognise("".join(words))
    largest = max(found.parts, key=lambda part: part.lines[1] - part.lines[0])
    assert name in largest.licenses
    assert found.status is not Status.EXACT
    assert largest.differences or found.others
