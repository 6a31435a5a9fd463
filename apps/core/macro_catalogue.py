"""Every macro there is: name, meaning, example, and what other platforms call it.

This is data: a form's macro picker, the documentation and the names a template may use
are all made from it. Aliases are written in lower case; one that ends in ``|filter``
stands for the macro with that filter.
"""

from django.utils.translation import gettext_lazy as _

from apps.core.macro_entries import Macro, macro, numbered, personal, staff_only
from apps.core.source_texts import gettext_noop

__all__ = ["FAMILIES", "GROUPS", "SECTIONS", "Macro"]

_TRANSACTION = (
    macro(
        "transaction_id",
        _("Our id of the click. Partners usually expect theirs: {partner_click_id}"),
        "T-9001",
        "click_id clickid tid subid cid cnv_id request_session_id"
        " conversion.transaction_id",
    ),
    # The dotted click.id is the id the traffic source gave the click, not ours.
    macro(
        "partner_click_id",
        _("The partner's own id of the click, as passed at the click"),
        "abc/123",
        "external_transaction_id externalid external_id aff_click_id ref_id click.id",
    ),
    macro("lead_id", _("Public id of the lead"), "L-42", "lead.id"),
    # Trap: transactionid is the advertiser's id (Affise), transaction_id is the click.
    macro(
        "order_id",
        _("The advertiser's order id"),
        "O-17",
        "transactionid txid txn_id action_id conversion.order_id",
    ),
    *numbered(
        "sub",
        _("Sub-id {number} the affiliate passed at the click"),
        "aff_sub# s# p# sub_id_# mt_sub# click.sub#",
    ),
    *numbered(
        "adv",
        _("Value {number} the advertiser passed with the conversion"),
        "adv_sub# custom_field# custom_field_#",
    ),
)

_CONVERSION = (
    macro(
        "conversion_id",
        _("Unique id of the conversion"),
        "0198c1de-7a51-7c52-9d8e-2f6a1b3c4d5e",
        "seq conversion_ref conversion.id",
    ),
    macro(
        "status",
        _("Status of the conversion: approved, pending, rejected or hold"),
        "approved",
        "conversion_status conversion.status",
    ),
    macro("status_reason", _("Why the status was given"), "duplicate", "comment"),
    macro(
        "operation",
        _("What happened to the conversion: create, update or delete"),
        "create",
        "postback_operation",
    ),
    macro("payout", _("What the affiliate is paid"), "8.00", "sum conversion.payout"),
    staff_only(
        "revenue", _("What the advertiser pays us"), "12.50", "conversion.revenue"
    ),
    macro(
        "sale_amount",
        _("Value of the sale"),
        "125.00",
        "order_sum mt_payment_sum_src (event-revenue) conversion.sale_amount",
    ),
    macro(
        "currency",
        _("Currency of the amounts (ISO 4217)"),
        "USD",
        "order_currency conversion.currency",
    ),
    macro("delta_payout", _("Change of the payout"), "-2.00", "deltapayout"),
    macro("delta_amount", _("Change of the sale amount"), "-25.00", "deltaamount"),
    macro("goal", _("Name of the goal"), "First deposit", "goal_name goal.name"),
    macro("goal_ref", _("Static reference of the goal"), "G-3", "goal_value goal.id"),
    macro(
        "conversion_time",
        _("When the conversion was made"),
        "2026-11-20T20:53:34Z",
        "order_time conversion.created_at",
    ),
)

_EVENT = (
    macro("event_id", _("Number of the event type"), "17", "goal_id event.id"),
    macro(
        "event_name",
        _("Name of the event type"),
        "sale",
        "event (event-name) event.name",
    ),
    macro(
        "event_sent_as",
        _("The event's name at the partner: as mapped, else that of its category"),
        "Purchase",
    ),
    macro(
        "event_uid",
        _("Unique id of this event, the same for all partners and retries"),
        "0198c1de-7a51-7c52-9d8e-2f6a1b3c4d5f",
        "id",
    ),
    macro("category", _("Category of the event"), "conversions", "event.category"),
    macro("fact", _("Attribution fact"), "first_purchase_ca"),
    macro(
        "event_time",
        _("When the event happened"),
        "2026-11-20T20:53:34Z",
        "date timestamp mt_event_ts|unix occurred_at_ms|ms conversion.occurred_at",
    ),
    macro("received_time", _("When we were told"), "2026-11-20T20:53:35Z"),
)

_PARTIES = (
    macro(
        "offer_id",
        _("Number of the offer"),
        "12",
        "offerid campaign_id program_id offer.id",
    ),
    macro("offer_name", _("Name of the offer"), "Loans", "campaign_name offer.name"),
    macro(
        "affiliate_id",
        _("Number of the affiliate"),
        "55",
        "aff_id publisher_id pid affid affiliate.id",
    ),
    macro("affiliate_name", _("Name of the affiliate"), "Acme", "affiliate.name"),
    personal(
        "affiliate_email",
        _("E-mail address of the affiliate"),
        "acme@partner.example",
        "affiliate.email",
    ),
    staff_only(
        "advertiser_id", _("Number of the advertiser"), "3", "adv_id advertiser.id"
    ),
    staff_only(
        "advertiser_name", _("Name of the advertiser"), "Shop", "advertiser.name"
    ),
)

_VISITOR = (
    macro(
        "click_time",
        _("When the click was made"),
        "2026-11-20T19:00:00Z",
        "click.created_at",
    ),
    personal("ip", _("Address of the visitor"), "203.0.113.7", "click.ip"),
    personal(
        "user_agent",
        _("The visitor's browser"),
        "Mozilla/5.0",
        "uagent click.user_agent",
    ),
    macro("country", _("Country of the visitor (ISO 3166)"), "US", "geo click.country"),
    personal("city", _("City of the visitor"), "New York", "click.city"),
    macro("device_type", _("Kind of device"), "mobile", "click.device_type"),
    macro("os", _("Operating system"), "Android", "click.os"),
    macro(
        "referrer",
        _("Page the click came from"),
        "https://blog.example/",
        "click.referrer",
    ),
    macro(
        "landing_url",
        _("Page the click led to"),
        "https://offer.example/lp",
        "click.landing_url",
    ),
    personal("device_id", _("Id of the device"), "D-1"),
    personal("idfa", _("Advertising id of an iOS device"), "EA7583CD-A667", "mt_idfa"),
    personal(
        "gaid",
        _("Advertising id of an Android device"),
        "38400000-8cf0",
        "mt_gaid mt_gaid_lc|lower",
    ),
    personal(
        "idfa_or_gaid",
        _("Advertising id of the device, whichever system it runs"),
        "38400000-8cf0",
        "mt_idfa_or_gaid",
    ),
    personal("user_id", _("The advertiser's id of the user"), "U-77"),
)

_AD_CLICKS = (
    macro("fbclid", _("Facebook click id"), "AbCd", "click.fbclid"),
    personal("fbp", _("Facebook browser cookie"), "fb.1.1795199999000.1", "click.fbp"),
    personal("fbc", _("Facebook click cookie"), "fb.1.1795200000000.AbCd", "click.fbc"),
    macro("gclid", _("Google click id"), "Cj0KCQ", "click.gclid"),
    macro("gbraid", _("Google click id (app)"), "0AAAAA", "click.gbraid"),
    macro("wbraid", _("Google click id (web to app)"), "CkQKCA", "click.wbraid"),
    macro("ttclid", _("TikTok click id"), "E.C.P.", "click.ttclid"),
    personal("ttp", _("TikTok browser cookie"), "2a3b4c", "click.ttp"),
    macro("msclkid", _("Microsoft click id"), "6e1f", "click.msclkid"),
    personal(
        "ga_client_id",
        _("Google Analytics client id"),
        "1098115397.1795199999",
        "click.ga_client_id",
    ),
    macro(
        "ga_session_id",
        _("Google Analytics session id"),
        "1795199999",
        "click.ga_session_id",
    ),
)

_DELIVERY = (
    macro("rule_id", _("Number of the postback rule"), "7", "rule.id"),
    macro(
        "delivery_id",
        _("Id of the delivery, the same on retries"),
        "9001:7",
        "delivery.id delivery.key",
    ),
    macro("delivery_attempt", _("Number of the attempt"), "1", "delivery.attempt"),
    macro("now", _("The time of sending"), "2026-11-20T20:53:36Z", "now_unix|unix"),
    macro("random", _("A number, the same on retries"), "483920175", "rand"),
    macro(
        "uuid",
        _("A unique id, the same on retries"),
        "6f1c2b34-5d6e-4f70-8a91-b2c3d4e5f607",
    ),
    macro("test", _("1 when sent by Send test, else empty"), "1"),
)

# Named values: what follows the colon is a name somebody chose.
FAMILIES = (
    staff_only("field:<name>", _("Custom field of the event"), "blue"),
    Macro(
        "lead:<name>",
        _("Contact field of the lead"),
        "john@mail.example",
        is_personal=True,
        is_staff_only=True,
    ),
    staff_only("param:<name>", _("Parameter the advertiser sent along"), "summer"),
    macro("secret:<name>", _("Secret value of the connection; never logged"), "••••"),
)

GROUPS: dict[str, tuple[Macro, ...]] = {
    gettext_noop("Transaction"): _TRANSACTION,
    gettext_noop("Conversion"): _CONVERSION,
    gettext_noop("Event"): _EVENT,
    gettext_noop("Offer and partners"): _PARTIES,
    gettext_noop("Visitor"): _VISITOR,
    gettext_noop("Ad platforms"): _AD_CLICKS,
    gettext_noop("Delivery"): _DELIVERY,
}
"""By the group's name in English: whoever shows it looks up the translation."""
SECTIONS = {**GROUPS, gettext_noop("Named values"): FAMILIES}
"""All that people choose from, as the groups are."""
