"""The values of macros for one delivery (reference: the catalogue in core.macros)."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from apps.core import secret_box

RANDOM_NAMESPACE = UUID("6ba7b812-9dad-11d1-80b4-00c04fd430c8")
PARTNER_CLICK_ID = "partner_click_id"
CLICK_PARAMS = (
    PARTNER_CLICK_ID,
    "fbclid",
    "gclid",
    "ttclid",
    "fbp",
    "fbc",
    "country",
    "city",
    "device_type",
    "os",
    "device_id",
    "idfa",
    "gaid",
    "user_id",
)
NUMBERED = range(1, 11)


class MacroValues(Mapping[str, Any]):
    """Canonical macro names and native values of one delivery, frozen facts first.

    The event's own values win over the conversion's; the status is the one the
    triggering change led to, not a later one. Contact data is unsealed only when a
    template asks for it.
    """

    def __init__(self, row: Any, *, send_as: str, is_test: bool) -> None:
        self._row = row
        self._values = _plain_values(row, send_as=send_as, is_test=is_test)

    def __getitem__(self, name: str) -> Any:
        if name in self._values:
            return self._values[name]
        prefix, _, key = name.partition(":")
        if not key:
            raise KeyError(name)
        return self._prefixed(prefix, key)

    def _prefixed(self, prefix: str, key: str) -> Any:
        row = self._row
        match prefix:
            case "field":
                return (row.fields or {}).get(key)
            case "param":
                return (row.params or {}).get(key, (row.click_params or {}).get(key))
            case "lead":
                sealed = row.sealed_contact
                return secret_box.unseal(sealed).get(key) if sealed else None
        raise KeyError(f"{prefix}:{key}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def _plain_values(row: Any, *, send_as: str, is_test: bool) -> dict[str, Any]:
    return {
        **_click_values(row),
        **_event_values(row, send_as),
        **_money_values(row),
        "transaction_id": row.transaction_id,
        "lead_id": row.lead_id,
        "conversion_id": row.conversion_id and str(row.conversion_id),
        "goal": row.goal_name,
        "goal_ref": row.goal_ref,
        "status": row.new_status or row.conversion_status,
        "operation": row.operation or "create",
        "status_reason": row.status_reason,
        "offer_id": row.offer_id,
        "offer_name": row.offer_name,
        "affiliate_id": row.affiliate_id,
        "affiliate_name": row.affiliate_name,
        "advertiser_id": row.advertiser_id,
        "conversion_time": row.conversion_time or row.occurred_at,
        "random": str(uuid5(RANDOM_NAMESPACE, str(row.id)).int % 10**10),
        "uuid": str(uuid5(RANDOM_NAMESPACE, f"{row.id}/uuid")),
        "test": 1 if is_test else 0,
    }


def _event_values(row: Any, send_as: str) -> dict[str, Any]:
    return {
        "event_id": row.event_type_id,
        "event_name": row.event_name,
        "event_sent_as": send_as or row.event_name or row.category,
        "event_uid": row.event_uid and str(row.event_uid),
        "category": row.category,
        "order_id": row.order_id or row.cv_order_id,
        "event_time": row.occurred_at,
        "received_time": row.received_at,
    }


def _money_values(row: Any) -> dict[str, Decimal | str | None]:
    if row.event_uid is not None:
        return {
            "payout": row.payout,
            "revenue": row.revenue,
            "sale_amount": row.sale_amount,
            "currency": row.sale_currency or row.currency,
        }
    return {
        "payout": row.cv_payout,
        "revenue": row.cv_revenue,
        "sale_amount": row.cv_sale_amount,
        "currency": row.cv_sale_currency or row.cv_currency,
    }


def _click_values(row: Any) -> dict[str, Any]:
    click = row.click_params or {}
    params = row.params or {}
    return {
        **{name: click.get(name) for name in CLICK_PARAMS},
        **{f"sub{n}": click.get(f"sub{n}") for n in NUMBERED},
        **{f"adv{n}": params.get(f"adv{n}") for n in NUMBERED},
        "ip": row.ip,
        "user_agent": row.user_agent,
        "referrer": row.referrer,
        "click_time": row.clicked_at,
    }
