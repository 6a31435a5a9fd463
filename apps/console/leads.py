"""Leads: the people behind transactions, each with the story of its transaction."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from apps.accounts.models import User
from apps.console.conversion_status import LEAD
from apps.console.erase_people import ErasesPeople
from apps.console.erase_person import erase
from apps.console.people import signed_in
from apps.console.personal import mask_for_transaction, may_see_personal_data
from apps.console.status_words import status_badge
from apps.console.timeline import story_of
from apps.console.trigger_event import trigger
from apps.core.adminkit.addresses import list_url, page_url
from apps.core.adminkit.pages import Page, Section
from apps.core.adminkit.ranges import RangeFilter
from apps.core.adminkit.showing import (
    NOTHING,
    badge,
    link,
    moment,
    moment_column,
    money,
)
from apps.core.secret_box import MASK, SecretBoxError, unseal
from apps.tracking.models import Click, Conversion, Event, Lead
from apps.tracking.personal import email_hash, phone_hash
from apps.tracking.statuses import STATUS_MOVES

CONVERSIONS_SHOWN = 50
CONTACT: dict[str, StrOrPromise] = {
    "email": _("Email"),
    "phone": _("Phone"),
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "address": _("Address"),
    "city": _("City"),
    "state": _("State"),
    "zip": _("Zip"),
    "dob": _("Dob"),
    "gender": _("Gender"),
}
"""What the contact data of a lead are called."""


class ContactFilter(admin.SimpleListFilter):
    """Whose contact data are known."""

    title = _("contact")
    parameter_name = "contact"

    def lookups(
        self, request: HttpRequest, model_admin: Any
    ) -> tuple[tuple[str, str], ...]:
        """Return the choices."""
        return (
            ("known", gettext("Known")),
            ("unknown", gettext("Unknown")),
            ("erased", gettext("Erased")),
        )

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow the list."""
        match self.value():
            case "known":
                return queryset.exclude(sealed_contact="")
            case "unknown":
                return queryset.filter(sealed_contact="", erased_at=None)
            case "erased":
                return queryset.filter(erased_at__isnull=False)
        return queryset


@admin.register(Lead)
class LeadAdmin(ErasesPeople):
    """People behind transactions (R163)."""

    facts_template = "console/lead.html"
    list_display = (
        "name",
        moment_column("submitted_at", _("submitted")),
        "transaction_id",
        "offer",
        "affiliate",
        "outcome",
        "known",
    )
    list_filter = (
        ("submitted_at", RangeFilter),
        "offer",
        "affiliate",
        ContactFilter,
    )
    list_select_related = ("offer", "affiliate")
    # The fields are looked up below; Django shows the box when there are any.
    search_fields = ("public_id__exact",)
    search_help_text = _("Lead, transaction, e-mail, phone")
    quick_views = ((_("Erased"), "contact=erased"),)
    empty = (
        _("No leads yet."),
        _("They come in through POST /api/v1/leads or a lead generation offer."),
    )
    pages = (
        Page("trigger", _("Trigger event"), "change", trigger),
        Page("erase", _("Erase personal data"), "erase", erase),
    )

    # --- the list

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find a lead by its ids, or its person by the hashes that are stored."""
        text = search_term.strip()
        if not text:
            return queryset, False
        return queryset.filter(_named(text)), False

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Look up, for the whole page at once, how the transactions stand."""
        page = super().get_changelist_instance(request)
        rows = list(page.result_list)
        self.prepare_rows(request, rows)
        page.result_list = rows
        return page

    def prepare_rows(self, request: HttpRequest, rows: Any) -> None:
        """Look up the outcomes of the leads, for all rows at once."""
        found = Conversion.objects.visible_to(signed_in(request)).filter(
            transaction_id__in=[lead.transaction_id for lead in rows], event_type=None
        )
        outcomes = {(one.offer_id, one.transaction_id): one for one in found}
        for lead in rows:
            lead.conversion = outcomes.get((lead.offer_id, lead.transaction_id))

    @admin.display(description=_("lead"), ordering="public_id")
    def name(self, obj: Lead) -> str:
        """Return the lead's id."""
        return obj.public_id

    @admin.display(description=_("conversion"))
    def outcome(self, obj: Any) -> SafeString | str:
        """Return the status of the transaction's base conversion."""
        return status_badge(obj.conversion.status) if obj.conversion else NOTHING

    @admin.display(description=_("contact"))
    def known(self, obj: Lead) -> SafeString | str:
        """Tell what is known of the person, and nothing of it."""
        if obj.erased_at:
            return badge(gettext("erased"), "off")
        hashes = (
            (gettext("e-mail"), obj.email_hash),
            (gettext("phone"), obj.phone_hash),
        )
        return ", ".join(name for name, value in hashes if value) or NOTHING

    # --- the page

    def heading(self, obj: Any) -> str:
        """Name the lead."""
        return gettext("Lead %(lead)s") % {"lead": obj.public_id}

    def related_tabs(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """Return the lists that belong to a transaction."""
        return [
            (gettext("Events"), list_url(Event, q=obj.transaction_id)),
            (gettext("Conversions"), list_url(Conversion, q=obj.transaction_id)),
            (gettext("Clicks"), list_url(Click, q=obj.transaction_id)),
        ]

    def sections(self, request: HttpRequest, obj: Lead) -> list[Section]:
        """Return what is known of the lead, and of the person as far as allowed."""
        user = signed_in(request)
        facts = (
            (gettext("Lead"), obj.public_id),
            (gettext("Submitted"), moment(obj.submitted_at)),
            (gettext("Transaction"), obj.transaction_id),
            (gettext("Click"), link(obj.click, user, obj.transaction_id)),
            (gettext("Offer"), link(obj.offer, user)),
            (
                gettext("Affiliate"),
                link(obj.affiliate, user) if obj.affiliate else gettext("organic"),
            ),
        )
        return [
            Section(gettext("Lead"), facts),
            Section(gettext("Contact"), tuple(_contact(obj, user))),
        ]

    def more_context(self, request: HttpRequest, obj: Lead) -> dict[str, Any]:
        """Add the outcomes of the transaction and its story."""
        user = signed_in(request)
        mask = mask_for_transaction(user, obj.transaction_id)
        conversions = list(
            Conversion.objects.visible_to(user)
            .filter(offer=obj.offer_id, transaction_id=obj.transaction_id)
            .select_related("event_type")
            .order_by("-pk")[:CONVERSIONS_SHOWN]
        )
        return {
            "conversions": [_outcome(one, obj, user) for one in reversed(conversions)],
            "story": story_of(obj, conversions, user, mask),
            "log_url": list_url(Event, q=obj.transaction_id),
        }


def _named(text: str) -> Q:
    """Return the condition of leads that ``text`` names; every part has an index."""
    if "@" in text:
        return Q(email_hash=email_hash(text))
    found = Q(public_id=text) | Q(transaction_id=text)
    is_number = not any(character.isalpha() for character in text)
    if is_number and (hashed := phone_hash(text)):
        found |= Q(phone_hash=hashed)
    return found


def _contact(lead: Lead, user: User) -> list[tuple[StrOrPromise, Any]]:
    if lead.erased_at:
        return [(gettext("Erased"), moment(lead.erased_at))]
    if not lead.sealed_contact:
        return [(gettext("Contact"), gettext("none was submitted"))]
    try:
        contact = unseal(lead.sealed_contact)
    except SecretBoxError as error:
        return [
            (
                gettext("Contact"),
                gettext("It cannot be opened: %(error)s") % {"error": error},
            )
        ]
    is_open = may_see_personal_data(user)
    facts: list[tuple[StrOrPromise, Any]] = [
        (CONTACT.get(name, name), value if is_open else MASK)
        for name, value in contact.items()
    ]
    if not is_open:
        facts.append(("", gettext("Your role does not show personal data.")))
    return facts


def _outcome(conversion: Conversion, lead: Lead, user: User) -> dict[str, Any]:
    may_move = user.affiliate_id is None and user.has_perm("tracking.change_conversion")
    moves = STATUS_MOVES[conversion.status] if may_move else ()
    return {
        "link": link(
            conversion, user, str(conversion.event_type or gettext("base conversion"))
        ),
        "at": conversion.occurred_at,
        "status": status_badge(conversion.status),
        "payout": money(conversion.payout, conversion.currency),
        "change_url": f"{page_url(conversion, 'status')}?{LEAD}={lead.pk}"
        if moves
        else "",
    }
