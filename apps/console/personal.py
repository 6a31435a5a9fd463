"""What the user may see of people: everything, or masks (R230)."""

from apps.accounts.models import User
from apps.console.delivery_words import transaction_of
from apps.deliveries.models import Attempt, Delivery
from apps.ingest.principals import UserPrincipal
from apps.tracking.models import Click, Event, Lead
from apps.tracking.personal import Mask, NoMask, known_values


def may_see_personal_data(user: User) -> bool:
    """Tell whether masks are lifted; never for users of an affiliate."""
    return UserPrincipal(user).sees_people


def mask_for_event(user: User, event: Event) -> Mask:
    """Return what hides the person of ``event`` from ``user``."""
    if may_see_personal_data(user):
        return NoMask()
    carried = (event.params, event.fields)
    return Mask(known_values(_lead(event.transaction_id), event.click, carried))


def mask_for_delivery(user: User, delivery: Delivery) -> Mask:
    """Return what hides the person that ``delivery`` is about from ``user``."""
    if may_see_personal_data(user):
        return NoMask()
    event = delivery.event
    carried = (event.params, event.fields) if event else ()
    lead = _lead(transaction_of(delivery))
    return Mask(known_values(lead, delivery.click, carried))


def mask_for_click(user: User, click: Click) -> Mask:
    """Return what hides the person who clicked from ``user``."""
    if may_see_personal_data(user):
        return NoMask()
    return Mask(known_values(_lead(click.transaction_id), click))


def mask_for_transaction(user: User, transaction_id: str) -> Mask:
    """Return what hides the person of a transaction from ``user``."""
    if may_see_personal_data(user):
        return NoMask()
    click = Click.objects.filter(transaction_id=transaction_id).first()
    return Mask(known_values(_lead(transaction_id), click))


def masked_attempt(attempt: Attempt, mask: Mask) -> Attempt:
    """Return ``attempt`` as the user may see it; never to be saved."""
    attempt.message = mask.sentence(attempt.message)
    attempt.request = mask.request(attempt.request) if attempt.request else None
    attempt.response_headers = mask.request(attempt.response_headers or {})
    attempt.findings = mask.document(attempt.findings)
    attempt.response_body = mask.text(attempt.response_body)
    return attempt


def _lead(transaction_id: str) -> Lead | None:
    if not transaction_id:
        return None
    return Lead.objects.filter(transaction_id=transaction_id).first()
