"""The whole Hub at list depth, in one file: crawled or imported, kept fresh, judged as a whole.

    schema, file             the tables; opening, reading, writing
    entry, numbers, packed   one model as it is kept, and back to the noun ``Model``
    shelf                    writing entries: what is new, changed, renamed, taken over
    sweep, queue, detail     listing everything page by page; asking for single models and owners
    plan, crawl, budget      what a run does, within what it may spend; report says what it did
    identity, memory         what speaks for a name having changed hands; what a hub says against what it said before
    hub                      the catalogue as a ``Hub``: check and lineage ask it like any other
    held, links, lines,      the facts documents of all models, composed
    documents
    judging, summary,        a policy applied to all of them, and the verdicts counted
    census
    search, show, stats,     questions
    descendants, alternatives

What the catalogue does not hold is unknown, not absent.
"""
