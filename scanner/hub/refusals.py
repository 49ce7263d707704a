"""What a hub's no means: our error for a status, and for each error what is said and advised."""

from __future__ import annotations

from scanner.errors import (
    BadCredentials,
    DisabledModel,
    EntryNotFound,
    GatedModel,
    HubError,
    HubOffline,
    HubProtocolError,
    HubUnreachable,
    ModelNotFound,
    RateLimited,
    RevisionNotFound,
)

STATUS: dict[int, type[HubError]] = {
    401: ModelNotFound,
    403: BadCredentials,
    404: ModelNotFound,
    407: HubUnreachable,
    408: HubUnreachable,
    410: ModelNotFound,
    429: RateLimited,
    451: DisabledModel,
}

WORDS: dict[type[HubError], tuple[str, str]] = {
    HubUnreachable: ("no answer from the hub", "check the network and HF_ENDPOINT, or use --offline"),
    HubProtocolError: ("an answer no hub gives", "try again, or ask another endpoint"),
    RateLimited: ("the quota is spent", "wait a few minutes, or give a token (HF_TOKEN)"),
    BadCredentials: ("the hub refuses the token or the access", "check HF_TOKEN and what it is allowed to read"),
    HubOffline: ("offline: the hub is not asked", "unset HF_HUB_OFFLINE or drop --offline to ask it"),
    ModelNotFound: (
        "no such model here",
        "gone, private or never there: a token (HF_TOKEN) that may see it tells more",
    ),
    RevisionNotFound: ("no such revision", "name a branch, a tag or a full commit of this repository"),
    EntryNotFound: ("no such file", "the repository does not hold it at this revision"),
    GatedModel: (
        "gated: its files are for approved accounts",
        "ask for access on its page and give a token (HF_TOKEN)",
    ),
    DisabledModel: ("disabled by the hub", "its files are no longer served: use another model"),
}


def refused(kind: type[HubError], subject: str) -> HubError:
    """The error of ``kind`` about ``subject``."""
    words, hint = WORDS[kind]
    return kind(f"{subject}: {words}", hint=hint)
