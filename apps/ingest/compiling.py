"""Builds the configuration: a fixed number of queries, however much there is."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db.models import F

from apps.accounts.models import ApiToken
from apps.core.config_version import current_version
from apps.deliveries.destinations import destination_ids
from apps.events.models import EventType
from apps.ingest.compiling_offers import compile_offers
from apps.ingest.configuration import Configuration, TokenConfig
from apps.postbacks.compiled import CompiledRule
from apps.postbacks.matching import RuleIndex
from apps.postbacks.models import RuleRevision

SNAPSHOTS_AT_ONCE = 5_000
"""How many documents are in memory together while rules are read."""

_current: Configuration | None = None
_loading = threading.Lock()


def current_configuration(version: int | None = None) -> Configuration:
    """Return the configuration of ``version``; without one, ask the database.

    Loading reads the version first and the tables after it: should somebody change
    them in between, the next request sees a newer version and loads again.
    """
    global _current  # noqa: PLW0603 - the one snapshot of this process
    wanted = current_version() if version is None else version
    found = _current
    if found is not None and found.version == wanted:
        return found
    with _loading:
        if _current is None or _current.version != wanted:
            _current = compile_configuration(current_version(), _current)
        return _current


@contextmanager
def compiled_before() -> Iterator[None]:
    """Have the configuration ready for a transaction that may be taken back.

    Compiling stores new destinations. What is compiled within the transaction all the
    same is forgotten when it ends, as nobody knows whether they are there.
    """
    global _current  # noqa: PLW0603 - the one snapshot of this process
    ready = current_configuration()
    try:
        yield
    finally:
        with _loading:
            if _current is not ready:
                _current = None


def compile_configuration(
    version: int, before: Configuration | None = None
) -> Configuration:
    """Read every table of configuration and return it as ``version``.

    Of rules only what ``before`` does not hold is read: a revision never changes.
    """
    event_types = {row.pk: row for row in EventType.objects.all()}
    offers = compile_offers(event_types)
    rules = _rules(before.rules.all if before else ())
    return Configuration(
        version=version,
        tokens=_tokens(),
        offers=offers,
        offers_by_token={offer.public_token: offer for offer in offers.values()},
        event_names={row.pk: row.name for row in event_types.values()},
        event_ids={row.name: row.pk for row in event_types.values()},
        rules=RuleIndex(rules),
        destinations=destination_ids({rule.destination for rule in rules}),
    )


def _tokens() -> dict[str, TokenConfig]:
    return {
        token.token_hash: TokenConfig(
            id=token.pk,
            prefix=token.prefix,
            scope=token.scope,
            advertiser_id=token.advertiser_id,
            offer_id=token.offer_id,
            user_id=token.user_id,
            valid_from=token.valid_from,
            valid_until=token.valid_until,
        )
        for token in ApiToken.objects.all()
    }


def _rules(known: Iterable[CompiledRule]) -> list[CompiledRule]:
    """Return the rules as they are, by number."""
    by_revision = {rule.revision_id: rule for rule in known}
    current = set(
        RuleRevision.objects.filter(
            rule__archived_at=None, number=F("rule__revision")
        ).values_list("pk", flat=True)
    )
    unread = sorted(current - by_revision.keys())
    for first in range(0, len(unread), SNAPSHOTS_AT_ONCE):
        rows = RuleRevision.objects.filter(
            pk__in=unread[first : first + SNAPSHOTS_AT_ONCE]
        )
        for pk, rule_id, snapshot in rows.values_list("pk", "rule_id", "snapshot"):
            by_revision[pk] = CompiledRule.from_snapshot(
                rule_id=rule_id, revision_id=pk, snapshot=snapshot
            )
    return [by_revision[pk] for pk in sorted(current)]
