"""Every macro there is: name, meaning, example, and what other platforms call it.

This is data: a form's macro picker, the documentation and the names a template may use
are all made from it. Aliases are written in lower case; one that ends in ``|filter``
stands for the macro with that filter.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Macro:
    """One name a template may use.

    ``is_personal`` values identify a person: masked in logs, subject to consent.
    ``is_staff_only`` values must not appear in rules of affiliate users (ADR 0013).
    """

    name: str
    meaning: str
    example: str
    aliases: tuple[str, ...] = ()
    is_personal: bool = False
    is_staff_only: bool = False


def _macro(name: str, meaning: str, example: str, aliases: str = "") -> Macro:
    return Macro(name, meaning, example, tuple(aliases.split()))


def _personal(name: str, meaning: str, example: str, aliases: str = "") -> Macro:
    return Macro(name, meaning, example, tuple(aliases.split()), is_personal=True)


def _staff_only(name: str, meaning: str, example: str, aliases: str = "") -> Macro:
    return Macro(name, meaning, example, tuple(aliases.split()), is_staff_only=True)


def _numbered(stem: str, meaning: str, aliases: str) -> tuple[Macro, ...]:
    """Make ten macros; ``#`` is the number, which the first alias may omit for 1."""
    first = aliases.split(maxsplit=1)[0].removesuffix("#")
    return tuple(
        _macro(
            f"{stem}{number}",
            meaning.replace("#", str(number)),
            f"{stem}-{number}",
            aliases.replace("#", str(number)) + (f" {first}" if number == 1 else ""),
        )
        for number in range(1, 11)
    )


_TRANSACTION = (
    _macro(
        "transaction_id",
        "Our id of the click. Partners usually expect theirs: {partner_click_id}",
        "T-9001",
        "click_id clickid tid subid cid cnv_id request_session_id"
        " conversion.transaction_id",
    ),
    # The dotted click.id is the id the traffic source gave the click, not ours.
    _macro(
        "partner_click_id",
        "The partner's own id of the click, as passed at the click",
        "abc/123",
        "external_transaction_id externalid external_id aff_click_id ref_id click.id",
    ),
    _macro("lead_id", "Public id of the lead", "L-42", "lead.id"),
    # Trap: transactionid is the advertiser's id (Affise), transaction_id is the click.
    _macro(
        "order_id",
        "The advertiser's order id",
        "O-17",
        "transactionid txid txn_id action_id conversion.order_id",
    ),
    *_numbered(
        "sub",
        "Sub-id # the affiliate passed at the click",
        "aff_sub# s# p# sub_id_# mt_sub# click.sub#",
    ),
    *_numbered(
        "adv",
        "Value # the advertiser passed with the conversion",
        "adv_sub# custom_field# custom_field_#",
    ),
)

_CONVERSION = (
    _macro(
        "conversion_id",
        "Unique id of the conversion",
        "0198c1de-7a51-7c52-9d8e-2f6a1b3c4d5e",
        "seq conversion_ref conversion.id",
    ),
    _macro(
        "status",
        "Status of the conversion: approved, pending, rejected or hold",
        "approved",
        "conversion_status conversion.status",
    ),
    _macro("status_reason", "Why the status was given", "duplicate", "comment"),
    _macro(
        "operation",
        "What happened to the conversion: create, update or delete",
        "create",
        "postback_operation",
    ),
    _macro("payout", "What the affiliate is paid", "8.00", "sum conversion.payout"),
    _staff_only(
        "revenue", "What the advertiser pays us", "12.50", "conversion.revenue"
    ),
    _macro(
        "sale_amount",
        "Value of the sale",
        "125.00",
        "order_sum mt_payment_sum_src (event-revenue) conversion.sale_amount",
    ),
    _macro(
        "currency",
        "Currency of the amounts (ISO 4217)",
        "USD",
        "order_currency conversion.currency",
    ),
    _macro("delta_payout", "Change of the payout", "-2.00", "deltapayout"),
    _macro("delta_amount", "Change of the sale amount", "-25.00", "deltaamount"),
    _macro("goal", "Name of the goal", "First deposit", "goal_name goal.name"),
    _macro("goal_ref", "Static reference of the goal", "G-3", "goal_value goal.id"),
    _macro(
        "conversion_time",
        "When the conversion was made",
        "2026-11-20T20:53:34Z",
        "order_time conversion.created_at",
    ),
)

_EVENT = (
    _macro("event_id", "Number of the event type", "17", "goal_id event.id"),
    _macro(
        "event_name", "Name of the event type", "sale", "event (event-name) event.name"
    ),
    _macro(
        "event_sent_as",
        "The event's name at the partner: as mapped, else that of its category",
        "Purchase",
    ),
    _macro(
        "event_uid",
        "Unique id of this event, the same for all partners and retries",
        "0198c1de-7a51-7c52-9d8e-2f6a1b3c4d5f",
        "id",
    ),
    _macro("category", "Category of the event", "conversions", "event.category"),
    _macro("fact", "Attribution fact", "first_purchase_ca"),
    _macro(
        "event_time",
        "When the event happened",
        "2026-11-20T20:53:34Z",
        "date timestamp mt_event_ts|unix occurred_at_ms|ms conversion.occurred_at",
    ),
    _macro("received_time", "When we were told", "2026-11-20T20:53:35Z"),
)

_PARTIES = (
    _macro(
        "offer_id",
        "Number of the offer",
        "12",
        "offerid campaign_id program_id offer.id",
    ),
    _macro("offer_name", "Name of the offer", "Loans", "campaign_name offer.name"),
    _macro(
        "affiliate_id",
        "Number of the affiliate",
        "55",
        "aff_id publisher_id pid affid affiliate.id",
    ),
    _macro("affiliate_name", "Name of the affiliate", "Acme", "affiliate.name"),
    _personal(
        "affiliate_email",
        "E-mail address of the affiliate",
        "acme@partner.example",
        "affiliate.email",
    ),
    _staff_only(
        "advertiser_id", "Number of the advertiser", "3", "adv_id advertiser.id"
    ),
    _staff_only("advertiser_name", "Name of the advertiser", "Shop", "advertiser.name"),
)

_VISITOR = (
    _macro(
        "click_time",
        "When the click was made",
        "2026-11-20T19:00:00Z",
        "click.created_at",
    ),
    _personal("ip", "Address of the visitor", "203.0.113.7", "click.ip"),
    _personal(
        "user_agent", "The visitor's browser", "Mozilla/5.0", "uagent click.user_agent"
    ),
    _macro("country", "Country of the visitor (ISO 3166)", "US", "geo click.country"),
    _personal("city", "City of the visitor", "New York", "click.city"),
    _macro("device_type", "Kind of device", "mobile", "click.device_type"),
    _macro("os", "Operating system", "Android", "click.os"),
    _macro(
        "referrer",
        "Page the click came from",
        "https://blog.example/",
        "click.referrer",
    ),
    _macro(
        "landing_url",
        "Page the click led to",
        "https://offer.example/lp",
        "click.landing_url",
    ),
    _personal("device_id", "Id of the device", "D-1"),
    _personal("idfa", "Advertising id of an iOS device", "EA7583CD-A667", "mt_idfa"),
    _personal(
        "gaid",
        "Advertising id of an Android device",
        "38400000-8cf0",
        "mt_gaid mt_gaid_lc|lower",
    ),
    _personal(
        "idfa_or_gaid",
        "Advertising id of the device, whichever system it runs",
        "38400000-8cf0",
        "mt_idfa_or_gaid",
    ),
    _personal("user_id", "The advertiser's id of the user", "U-77"),
)

_AD_CLICKS = (
    _macro("fbclid", "Facebook click id", "AbCd", "click.fbclid"),
    _personal("fbp", "Facebook browser cookie", "fb.1.1795199999000.1", "click.fbp"),
    _personal("fbc", "Facebook click cookie", "fb.1.1795200000000.AbCd", "click.fbc"),
    _macro("gclid", "Google click id", "Cj0KCQ", "click.gclid"),
    _macro("gbraid", "Google click id (app)", "0AAAAA", "click.gbraid"),
    _macro("wbraid", "Google click id (web to app)", "CkQKCA", "click.wbraid"),
    _macro("ttclid", "TikTok click id", "E.C.P.", "click.ttclid"),
    _personal("ttp", "TikTok browser cookie", "2a3b4c", "click.ttp"),
    _macro("msclkid", "Microsoft click id", "6e1f", "click.msclkid"),
    _personal(
        "ga_client_id",
        "Google Analytics client id",
        "1098115397.1795199999",
        "click.ga_client_id",
    ),
    _macro(
        "ga_session_id",
        "Google Analytics session id",
        "1795199999",
        "click.ga_session_id",
    ),
)

_DELIVERY = (
    _macro("rule_id", "Number of the postback rule", "7", "rule.id"),
    _macro(
        "delivery_id",
        "Id of the delivery, the same on retries",
        "9001:7",
        "delivery.id delivery.key",
    ),
    _macro("delivery_attempt", "Number of the attempt", "1", "delivery.attempt"),
    _macro("now", "The time of sending", "2026-11-20T20:53:36Z", "now_unix|unix"),
    _macro("random", "A number, the same on retries", "483920175", "rand"),
    _macro(
        "uuid",
        "A unique id, the same on retries",
        "6f1c2b34-5d6e-4f70-8a91-b2c3d4e5f607",
    ),
    _macro("test", "1 when sent by Send test, else empty", "1"),
)

# Named values: what follows the colon is a name somebody chose.
FAMILIES = (
    _staff_only("field:<name>", "Custom field of the event", "blue"),
    Macro(
        "lead:<name>",
        "Contact field of the lead",
        "john@mail.example",
        is_personal=True,
        is_staff_only=True,
    ),
    _staff_only("param:<name>", "Parameter the advertiser sent along", "summer"),
    _macro("secret:<name>", "Secret value of the connection; never logged", "••••"),
)

GROUPS: dict[str, tuple[Macro, ...]] = {
    "Transaction": _TRANSACTION,
    "Conversion": _CONVERSION,
    "Event": _EVENT,
    "Offer and partners": _PARTIES,
    "Visitor": _VISITOR,
    "Ad platforms": _AD_CLICKS,
    "Delivery": _DELIVERY,
}
