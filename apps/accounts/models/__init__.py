"""Who takes part: users, advertisers, affiliates and the tokens they send."""

from apps.accounts.models.parties import Advertiser, Affiliate, PartyStatus
from apps.accounts.models.tokens import (
    TOKEN_BYTES,
    TOKEN_PREFIX_LENGTH,
    ApiToken,
    TokenScope,
    hash_token,
    new_token,
)
from apps.accounts.models.two_steps import RecoveryCode, TwoStep
from apps.accounts.models.users import Role, ScopedUserManager, User

__all__ = [
    "TOKEN_BYTES",
    "TOKEN_PREFIX_LENGTH",
    "Advertiser",
    "Affiliate",
    "ApiToken",
    "PartyStatus",
    "RecoveryCode",
    "Role",
    "ScopedUserManager",
    "TokenScope",
    "TwoStep",
    "User",
    "hash_token",
    "new_token",
]
