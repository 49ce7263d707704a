"""What a model looks like: leads from its config, its tokenizer and its prose. A lead is never an edge.

Architectures are reused, vocabularies borrowed, configs copied. So a look only points: it is listed with the one who
developed the family, marked ``own`` where it needs no explanation, and left out where a cited table has cleared it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from scanner.errors import Reason
from scanner.evidence import Evidence
from scanner.evidence.config import ConfigFact
from scanner.fact import Basis, Gap
from scanner.lineage.claims import Unresolved
from scanner.lineage.contradictions import Side
from scanner.lineage.walk import Find, Knowledge
from scanner.model import Parent, Role

TELLING = 2
"""The strength from which a look is enough to call a silent declaration into question."""
_CLEARED = ("not-derived", "from-scratch", "teacher-only")


@dataclass(frozen=True, slots=True)
class FamilyHint:
    """A family that the subject looks like, or names in prose. ``signal`` is ``model_type``, ``architecture``,
    ``vocab_size``, ``tokenizer_pre``, ``name`` (a config was loaded from ``value``), ``stated`` or ``teacher``: the
    card says that the family taught, and it gave no weights.

    ``developer`` is a namespace. ``own``: the publisher is the developer, or an ancestor explains the family.
    """

    subject: str
    family: str
    developer: str | None
    signal: str
    value: str
    at: str
    own: bool


@dataclass(frozen=True, slots=True)
class Dispute:
    """A look-alike or an accusation that a cited table knows of."""

    subject: str
    against: str
    verdict: str
    note: str
    source: str


@dataclass(frozen=True, slots=True)
class Look:
    """One sign of a family, before it is known whether it needs an explanation."""

    strength: int
    family: str
    developer: str | None
    signal: str
    value: str
    at: str
    basis: Basis = Basis.INFERRED
    part: bool = False
    """the look of something beside the weights, such as the text encoder of a pipeline"""

    @property
    def side(self) -> Side:
        return Side(self.family if self.basis is Basis.INFERRED else self.value, self.basis, self.at)


class Likeness:
    """The looks of one find, strongest first, and what the tables say about them."""

    def __init__(self, find: Find, knowledge: Knowledge, leads: Iterable[Parent]) -> None:
        self.find, self._knowledge = find, knowledge
        self.root_citation = any(knowledge.curated.root(name) for name in find.names)
        self.own_family = self._own_family()
        self.disputes = tuple(dict.fromkeys(self._disputes()))
        looks = [*self._recognised(), *self._stated(), *self._led(leads)]
        looks.sort(key=lambda k: (-k.strength, k.family, k.signal, k.value, k.at))
        best: dict[tuple[str, str], Look] = {}
        for look in looks:
            best.setdefault((look.family, look.at), look)
        self.looks = tuple(look for look in best.values() if not self._is_cleared(look))

    @property
    def original(self) -> bool:
        """True when a table knows the publisher for the maker of these weights."""
        return self.root_citation or self.own_family is not None

    @property
    def contested(self) -> bool:
        """True when the table knows of a doubt that nobody has settled."""
        return any(dispute.verdict not in _CLEARED for dispute in self.disputes)

    @property
    def family(self) -> str | None:
        """The developer's own family, else the one that the files look like most."""
        looks = (look.family for look in self.looks if look.basis is Basis.INFERRED and not look.part)
        return self.own_family or next(looks, None)

    def explains(self, look: Look) -> bool:
        """True when a descendant of this model needs no other explanation for ``look``."""
        inherited = self.root_citation and any(mine.developer == look.developer for mine in self.looks)
        return inherited or self._is_own(look) or self._is_cleared(look)

    def hints(self, above: Iterable[Likeness]) -> Iterator[tuple[Look, FamilyHint]]:
        """A hint for every look. ``above``: the likenesses of what its weights and parts came out of."""
        above = tuple(above)
        for look in self.looks:
            own = self._is_own(look) or any(other.explains(look) for other in above)
            yield look, FamilyHint(self.find.id, look.family, look.developer, look.signal, look.value, look.at, own)

    def unnamed_teachers(self, teachers: Iterable[str]) -> Iterator[Gap]:
        """Teachers that the card names without an id and that none of ``teachers`` (ids) can be."""
        for text, at in self._unmet(teachers):
            yield Gap(self.find.id, "teacher", Reason.UNNAMED, at, text)

    def teacher_hints(self, teachers: Iterable[str]) -> Iterator[FamilyHint]:
        """The families of the unnamed teachers. ``own`` are the publisher's kin's only: no ancestor explains them."""
        for text, at in self._unmet(teachers):
            for look in self._named(text, "teacher", at, Basis.STATED):
                own = self._is_own(look)
                yield FamilyHint(self.find.id, look.family, look.developer, look.signal, look.value, look.at, own)

    def _unmet(self, teachers: Iterable[str]) -> Iterator[tuple[str, str]]:
        known = tuple(teachers)
        for text, role, at in self._names_in_prose():
            families = set(self._knowledge.families.named(text))
            met = any(not families or families & set(self._knowledge.families.named(id)) for id in known)
            if role == Role.TEACHER and not met:
                yield text, at

    def unnamed_bases(self) -> Iterator[Unresolved]:
        """Bases that the card names by words in which no family is known."""
        for text, role, at in self._names_in_prose():
            if role != Role.TEACHER and not self._knowledge.families.named(text):
                yield Unresolved(self.find.id, text, Reason.UNNAMED, Basis.STATED, at)

    def _own_family(self) -> str | None:
        """The publisher's own family. A model that could not be read shows no config to tell it by."""
        reading = self.find.reading
        if reading is None:
            return None
        configs = [(c.model_type, c.architectures) for c in reading.facts("config")]
        configs = configs or [(reading.model.model_type, reading.model.architectures or ())]
        found = (self._knowledge.families.own(self.find.id, *config) for config in configs)
        return next((family for family in found if family), None)

    def _disputes(self) -> Iterator[Dispute]:
        for name in sorted(self.find.names):
            for known in self._knowledge.curated.disputes(name):
                yield Dispute(self.find.id, known.against, known.verdict, known.note, known.source)

    def _recognised(self) -> Iterator[Look]:
        reading = self.find.reading
        if reading is None:
            return
        for evidence in reading.evidence:
            fact, at = evidence.fact, str(evidence.at)
            if evidence.kind == "gguf":
                # Its architecture names a code path, not an origin.
                yield from self._recognise(at, None, (), fact.vocab_size, fact.tokenizer_pre)
                yield from self._named(fact.name or "", "name", at, Basis.OBSERVED)
            elif evidence.kind == "config":
                yield from self._configured(at, fact)
            elif evidence.kind == "component_config":
                yield from map(_of_a_part, self._configured(at, fact))
            elif evidence.kind == "pipeline":
                for name, _, class_name in fact.components:
                    looks = self._recognise(str(replace(evidence.at, key=name)), None, (class_name,))
                    yield from map(_of_a_part, looks)
        if not reading.facts("config"):
            model = reading.model
            yield from self._recognise(str(model.at(key="config")), model.model_type, model.architectures or ())

    def _configured(self, at: str, fact: ConfigFact) -> Iterator[Look]:
        yield from self._recognise(at, fact.model_type, fact.architectures, fact.vocab_size)
        for part in fact.parts:
            size = fact.vocab_size if part.vocab_size is None and part.role is Role.WEIGHTS else part.vocab_size
            looks = self._recognise(at, part.model_type, (), size)
            yield from looks if part.role is Role.WEIGHTS else map(_of_a_part, looks)

    def _recognise(
        self, at: str, kind: str | None, classes: tuple[str, ...], size: int | None = None, pre: str | None = None
    ) -> Iterator[Look]:
        families = self._knowledge.families
        for r in families.recognise(model_type=kind, architectures=classes, vocab_size=size, tokenizer_pre=pre):
            yield Look(r.strength, r.family, r.developer, r.signal, str(r.value), at)

    def _stated(self) -> Iterator[Look]:
        for text, role, at in self._names_in_prose():
            if role != Role.TEACHER:
                yield from self._named(text, "stated", at, Basis.STATED)

    def _led(self, leads: Iterable[Parent]) -> Iterator[Look]:
        for lead in leads:
            if lead.ref.repo:
                yield from self._named(lead.ref.raw, "name", str(lead.at), Basis.OBSERVED)

    def _named(self, text: str, signal: str, at: str, basis: Basis) -> Iterator[Look]:
        families = self._knowledge.families
        for family in families.named(text):
            yield Look(TELLING, family, families.developer(family), signal, text, at, basis)

    def _names_in_prose(self) -> list[tuple[str, str, str]]:
        """(text, role, locator) of every base the card names without an id; two cards in either order say the same."""
        cards: list[Evidence] = [e for e in self.find.reading.evidence if e.kind == "card"] if self.find.reading else []
        names = {
            (n.text, str(n.role), str(replace(card.at, key=n.key))) for card in cards for n in card.fact.stated_names
        }
        return sorted(names, key=lambda name: (name[2], name))

    def _is_own(self, look: Look) -> bool:
        return self._knowledge.kin(self.find.namespace, look.developer)

    def _is_cleared(self, look: Look) -> bool:
        """A look seldom tells one generation of a developer's families from another, so all of them are cleared."""
        against = [dispute.against for dispute in self.disputes if dispute.verdict in _CLEARED]
        families = self._knowledge.families
        developers = [families.developer(family) for text in against for family in families.named(text)]
        namespaces = [text.split("/")[0] for text in against if "/" in text]
        return any(self._knowledge.kin(look.developer, one) for one in (*developers, *namespaces))


def _of_a_part(look: Look) -> Look:
    # However plain it is, a borrowed part says nothing of where the weights beside it come from.
    return replace(look, strength=TELLING - 1, part=True)
