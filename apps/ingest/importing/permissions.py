"""Who may import what: the rights that the author has at every other door."""

from dataclasses import dataclass

from django.utils.translation import gettext

from apps.accounts.models import User
from apps.ingest.configuration import OfferConfig
from apps.ingest.models import Import, ImportKind
from apps.ingest.principals import UserPrincipal
from apps.offers.models import Offer

MAY_IMPORT = "ingest.add_import"
MAY_CHANGE_CONVERSIONS = "tracking.change_conversion"


class ImportForbiddenError(Exception):
    """The author may not do that; the text says what is missing."""


def check_author(author: User, kind: str) -> None:
    """Raise ``ImportForbiddenError`` unless ``author`` may import rows of ``kind``."""
    is_allowed = author.is_active and author.has_perm(MAY_IMPORT)
    if not is_allowed or not UserPrincipal(author).may_report:
        raise ImportForbiddenError(
            gettext(
                "%(user)s may not import: that takes the right to change imports and "
                "leads, and an account that belongs to no affiliate."
            )
            % {"user": author}
        )
    if kind == ImportKind.STATUSES and not author.has_perm(MAY_CHANGE_CONVERSIONS):
        raise ImportForbiddenError(
            gettext("%(user)s may not change conversions.") % {"user": author}
        )


@dataclass(frozen=True, slots=True)
class ImportSender:
    """The author of an import, who reports for the offers it is limited to."""

    user_id: int
    offers: frozenset[int] | None = None

    def covers(self, offer: OfferConfig) -> bool:
        """Tell whether the import is about ``offer``."""
        return self.offers is None or offer.id in self.offers


def sender_of(job: Import) -> ImportSender:
    """Return who reports the rows of ``job``."""
    return ImportSender(job.author_id, _offers_of(job))


def _offers_of(job: Import) -> frozenset[int] | None:
    if job.offer_id is not None:
        return frozenset([job.offer_id])
    offers = Offer.objects.all()
    if job.project_id is not None:
        offers = offers.filter(project=job.project_id)
    elif job.advertiser_id is not None:
        offers = offers.filter(advertiser=job.advertiser_id)
    else:
        return None
    return frozenset(offers.values_list("pk", flat=True))
