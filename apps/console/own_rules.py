"""The deliveries of an affiliate, found by its postbacks."""

from typing import Any

from django.db.models import QuerySet

from apps.accounts.models import User
from apps.postbacks.models import PostbackRule


def of_own_rules(deliveries: QuerySet[Any], user: User) -> QuerySet[Any]:
    """Return what ``user`` may see of ``deliveries``, by indexes of the postbacks.

    ``visible_to`` says the same by a join, which is read from the wrong end where few
    of many deliveries are an affiliate's. Costs an affiliate one query, for the ids.
    """
    if user.affiliate_id is None:
        return deliveries
    own = PostbackRule.objects.visible_to(user).values_list("pk", flat=True)
    return deliveries.filter(rule__in=list(own))
