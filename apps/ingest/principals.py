"""Who speaks to the REST API, and what they may see and do."""

from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from apps.accounts.models import TokenScope, User
from apps.core.visibility import ScopedQuerySet
from apps.ingest.configuration import OfferConfig, TokenConfig

MAY_REPORT = "tracking.change_lead"
"""What a user needs to report events by hand: the right to work on leads."""
MAY_SEE_PEOPLE = "tracking.unmask_lead"
"""What a user needs to see personal data; without it, they are masked."""

_Model = TypeVar("_Model", bound=Model)


@dataclass(frozen=True, slots=True)
class TokenPrincipal:
    """A program that authenticates with a token of an account, advertiser or offer."""

    token: TokenConfig

    # What Django REST framework asks of a user.
    is_authenticated = True
    is_active = True
    pk = None

    @property
    def user_id(self) -> None:
        """A program is no person."""

    @property
    def may_report(self) -> bool:
        """Programs with a token report; what for, their scope decides."""
        return True

    @property
    def sees_revenue(self) -> bool:
        """Tell whether amounts between us and the advertiser may be shown."""
        return True

    @property
    def sees_payout(self) -> bool:
        """Advertisers do not learn what affiliates are paid."""
        return self.token.scope == TokenScope.ACCOUNT

    @property
    def sees_terms(self) -> bool:
        """Tell whether the payout that an offer promises everybody may be shown."""
        return self.sees_payout

    @property
    def sees_partners(self) -> bool:
        """Tell whether postbacks and what partners were sent may be shown."""
        return self.token.scope == TokenScope.ACCOUNT

    @property
    def sees_people(self) -> bool:
        """Programs read back what their side reported."""
        return True

    @property
    def sees_private_goals(self) -> bool:
        """Private means private from affiliates."""
        return True

    def covers(self, offer: OfferConfig) -> bool:
        """Tell whether the token may report for ``offer``."""
        return self.token.covers(offer)

    def rows(
        self, queryset: ScopedQuerySet[_Model], *, offer_path: str
    ) -> QuerySet[_Model]:
        """Return the rows of the token's offers; ``offer_path`` leads to the offer."""
        match self.token.scope:
            case TokenScope.ACCOUNT:
                return queryset.all()
            case TokenScope.ADVERTISER:
                key = f"{offer_path}advertiser_id"
                return queryset.filter(**{key: self.token.advertiser_id})
            case TokenScope.OFFER:
                return queryset.filter(**{f"{offer_path}pk": self.token.offer_id})
        return queryset.none()


@dataclass(frozen=True, slots=True)
class UserPrincipal:
    """A person: signed in, or through a token of their own."""

    user: User

    is_authenticated = True

    @property
    def pk(self) -> int:
        """The user's number."""
        return self.user.pk

    @property
    def user_id(self) -> int:
        """The user's number, as the one who reports."""
        return self.user.pk

    @property
    def is_active(self) -> bool:
        """Tell whether the user may do anything at all."""
        return self.user.is_active

    @property
    def may_report(self) -> bool:
        """Tell whether the user may report events by hand."""
        return self.user.affiliate_id is None and self.user.has_perm(MAY_REPORT)

    @property
    def sees_revenue(self) -> bool:
        """Affiliates do not learn what advertisers pay."""
        return self.user.affiliate_id is None

    @property
    def sees_payout(self) -> bool:
        """Affiliates see what they are paid, staff see all."""
        return True

    @property
    def sees_terms(self) -> bool:
        """Affiliates see what they are paid, not what others are promised."""
        return self.user.affiliate_id is None

    @property
    def sees_partners(self) -> bool:
        """Tell whether postbacks may be shown; affiliates see their own rows only."""
        return True

    @property
    def sees_people(self) -> bool:
        """Tell whether personal data are shown; never to users of an affiliate."""
        return self.user.affiliate_id is None and self.user.has_perm(MAY_SEE_PEOPLE)

    @property
    def sees_private_goals(self) -> bool:
        """Private means private from affiliates."""
        return self.user.affiliate_id is None

    def covers(self, offer: OfferConfig) -> bool:
        """Staff report for every offer, nobody else for any."""
        return self.may_report

    def rows(
        self,
        queryset: ScopedQuerySet[_Model],
        *,
        offer_path: str,
    ) -> QuerySet[_Model]:
        """Return what the user may see."""
        return queryset.visible_to(self.user)


Principal = TokenPrincipal | UserPrincipal


def principal_of(request: Any) -> Principal:
    """Return who makes a REST request that passed authentication."""
    found: Principal | User = request.user
    return UserPrincipal(found) if isinstance(found, User) else found
