"""The demo's rows: ``fixtures/`` plus what depends on today and on this machine."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from apps.accounts.models import Role, User
from apps.actions import registry
from apps.actions.storing import stored_values
from apps.offers.models import Offer
from apps.postbacks.models import USE_CASE_CATEGORIES, PostbackRule
from apps.postbacks.services import record_revision
from apps.tracking.models import Click

PASSWORD = "demo"  # noqa: S105 - told to everybody who runs the demo
TOKEN = "demo-account-token-for-trying-things-out"  # noqa: S105 - likewise
CLICKS = ((1, 1, "demo-1"), (1, 2, "demo-2"), (2, 1, "demo-3"), (3, 3, "demo-4"))
FIXTURES = Path(settings.BASE_DIR) / "fixtures"


@transaction.atomic
def load_demo_data(*, receiver_url: str, now: datetime) -> bool:
    """Fill an empty database; False (and nothing done) when it has offers."""
    if Offer.objects.exists():
        return False
    call_command("loaddata", FIXTURES / "demo.json", verbosity=0)
    users = {role.value: _user(role) for role in Role}
    for offer_id, affiliate_id, transaction_id in CLICKS:
        Click.objects.create(
            transaction_id=transaction_id,
            offer_id=offer_id,
            affiliate_id=affiliate_id,
            clicked_at=now - timedelta(hours=1),
            expires_at=now + timedelta(days=365),
            params={"sub1": f"click-of-{transaction_id}"},
        )
    rules = json.loads((FIXTURES / "demo_rules.json").read_text())
    for values in rules:
        _rule(values, receiver_url, users, now)
    return True


def _user(role: Role) -> User:
    user = User(
        username=role.value,
        role=role,
        is_staff=True,
        is_superuser=role == Role.ADMIN,
        affiliate_id=1 if role == Role.AFFILIATE else None,
    )
    user.set_password(PASSWORD)
    user.save()
    return user


def _rule(
    values: dict[str, Any], receiver_url: str, users: dict[str, User], now: datetime
) -> None:
    author = users[values.get("author", "account_manager")]
    own = {
        name: value.replace("{receiver}", receiver_url)
        for name, value in values["settings"].items()
    }
    settings, _ = stored_values(registry.get("ping_url").RuleForm, own)
    use_case = values.get("use_case", "")
    rule = PostbackRule.objects.create(
        name=values["name"],
        offer_id=values["offer"],
        trigger=values["trigger"],
        goal_id=values.get("goal"),
        use_case=use_case,
        categories=USE_CASE_CATEGORIES[use_case] if use_case else [],
        status=values.get("status", "active"),
        action="ping_url",
        settings=settings,
        author=author,
        affiliate=author.affiliate,
        owner_affiliate=author.affiliate,
    )
    record_revision(rule=rule, author=author, now=now, comment="demo data")
