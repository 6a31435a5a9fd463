"""Who may see which rows: one rule per model, closed unless it says otherwise."""

from typing import Any, Final, Self, TypeVar

from django.db import models

PUBLIC: Final = "*"
"""The value of ``AFFILIATE_PATH`` for a catalogue that everybody may read."""

_Model_co = TypeVar("_Model_co", bound=models.Model, covariant=True)


class ScopedQuerySet(models.QuerySet[_Model_co]):
    """A queryset that can be narrowed to what one user may see.

    The model says how its rows belong to an affiliate: ``AFFILIATE_PATH`` is the
    look-up of the owning affiliate's id, ``PUBLIC``, or absent. Without it, a user
    with an affiliate sees nothing. ``AFFILIATE_CONDITIONS`` narrows it further, in
    the same join.
    """

    def visible_to(self, user: Any) -> Self:
        """Return the rows ``user`` may see: all for staff, own ones for affiliates."""
        if not getattr(user, "is_active", False) or not user.is_staff:
            return self.none()
        if user.affiliate_id is None:
            return self.all()
        path = getattr(self.model, "AFFILIATE_PATH", None)
        if path is None:
            return self.none()
        if path == PUBLIC:
            return self.all()
        conditions = getattr(self.model, "AFFILIATE_CONDITIONS", {})
        return self.filter(**{path: user.affiliate_id}, **conditions)
