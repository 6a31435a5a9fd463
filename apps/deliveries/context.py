"""The values of macros for one delivery (reference: the catalogue in core.macros)."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.core import secret_box
from apps.offers.money import without_idle_zeros

UUID_MASK = 0xFFFF_FFFF_FFFF
"""Tells the macro {uuid} from the delivery's own id."""
CLICK_PARAMS = (
    "partner_click_id",
    "fbclid",
    "fbp",
    "fbc",
    "gclid",
    "gbraid",
    "wbraid",
    "ttclid",
    "ttp",
    "msclkid",
    "ga_client_id",
    "ga_session_id",
    "country",
    "city",
    "device_type",
    "os",
    "device_id",
    "idfa",
    "gaid",
    "user_id",
    "landing_url",
)
SUBS = tuple(f"sub{number}" for number in range(1, 11))
ADVS = tuple(f"adv{number}" for number in range(1, 11))


class MacroValues(dict[str, Any]):
    """Canonical macro names and native values of one delivery, frozen facts first.

    The event's own values win over the conversion's; the status is the one the
    triggering change led to, not a later one. Prefixed names (``field:color``) are
    looked up when a template asks for them, so contact data is seldom unsealed.
    """

    def __init__(self, row: Any, *, send_as: str, is_test: bool) -> None:
        self._row = row
        self._contact: dict[str, str] | None = None
        self._click = _parsed(row.click_params)
        self._params = _parsed(row.params)
        super().__init__(_plain_values(row, self._click, self._params))
        self["event_sent_as"] = send_as or row.event_name or row.category
        self["test"] = 1 if is_test else None

    def __missing__(self, name: str) -> Any:
        prefix, _, key = name.partition(":")
        row = self._row
        match prefix:
            case "field":
                return _parsed(row.fields).get(key)
            case "param":
                return self._params.get(key, self._click.get(key))
            case "lead":
                return self._of_lead(key)
        raise KeyError(name)

    def _of_lead(self, key: str) -> Any:
        """Return contact data, or what else was submitted of the lead."""
        if self._contact is None:
            sealed = self._row.sealed_contact
            self._contact = secret_box.unseal(sealed) if sealed else {}
        return self._contact.get(key, self._params.get(key))

    def get(self, name: str, default: Any = None) -> Any:
        """Return the value of ``name``, prefixed names included."""
        try:
            return self[name]
        except KeyError:
            return default


def _parsed(text: str | None) -> dict[str, Any]:
    """Return a JSON column, which a direct cursor leaves as text."""
    return json.loads(text) if text else {}


def _plain_values(
    row: Any, click: Mapping[str, Any], params: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        **{name: click.get(name) for name in CLICK_PARAMS},
        "idfa_or_gaid": click.get("idfa") or click.get("gaid"),
        **{name: click.get(name) for name in SUBS},
        **{name: params.get(name) for name in ADVS},
        **_event_values(row),
        **_money_values(row),
        "ip": row.ip,
        "user_agent": row.user_agent,
        "referrer": row.referrer,
        "click_time": row.clicked_at,
        "transaction_id": row.transaction_id,
        "lead_id": row.lead_id,
        "rule_id": row.rule_id,
        "delivery_id": str(row.id),
        "delivery_attempt": row.attempts,
        "conversion_id": row.conversion_id and str(row.conversion_id),
        "goal": row.goal_name,
        "goal_ref": row.goal_ref,
        "status": row.new_status or row.conversion_status,
        "operation": row.operation or ("delete" if row.is_retraction else "create"),
        "fact": row.fact,
        "status_reason": row.status_reason,
        "offer_id": row.offer_id,
        "offer_name": row.offer_name,
        "affiliate_id": row.affiliate_id,
        "affiliate_name": row.affiliate_name,
        "advertiser_id": row.advertiser_id,
        "advertiser_name": row.advertiser_name,
        "conversion_time": row.conversion_time or row.occurred_at,
        # Fixed per delivery, equal on retries: taken from its own random bits.
        "random": str(row.id.int % 10**10),
        "uuid": str(UUID(int=row.id.int ^ UUID_MASK)),
    }


def _event_values(row: Any) -> dict[str, Any]:
    return {
        "event_id": row.event_type_id,
        "event_name": row.event_name,
        "event_uid": row.event_uid and str(row.event_uid),
        "category": row.category,
        "order_id": row.order_id or row.cv_order_id,
        "event_time": row.occurred_at,
        "received_time": row.received_at,
    }


def _money_values(row: Any) -> dict[str, Decimal | str | None]:
    if row.event_uid is not None:
        amounts = (row.payout, row.revenue, row.sale_amount)
        currencies = (row.currency, row.sale_currency)
    else:
        amounts = (row.cv_payout, row.cv_revenue, row.cv_sale_amount)
        currencies = (row.cv_currency, row.cv_sale_currency)
    currency, sale_currency = currencies
    payout, revenue, sale_amount = amounts
    return {
        "payout": _tidy(payout, currency),
        "revenue": _tidy(revenue, currency),
        "sale_amount": _tidy(sale_amount, sale_currency),
        "currency": sale_currency or currency,
    }


def _tidy(amount: Decimal | None, currency: str | None) -> Decimal | None:
    return None if amount is None else without_idle_zeros(amount, currency or "")
