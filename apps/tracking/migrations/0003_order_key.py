"""One order counts once, whatever the repeat policy says: a key of its own.

Both keys are indexed only where they are set. The trigger that freezes events names
its columns, so it is laid anew.
"""

from django.conf import settings
from django.db import migrations, models


FROZEN = (
    "source offer_id event_type_id name transaction_id click_id conversion_id "
    "affiliate_id goal_id category is_payable order_id dedupe_key occurred_at "
    "received_at sale_amount sale_currency currency revenue payout"
).split()


def freeze(columns: list[str]) -> str:
    """Return the SQL that refuses changes of ``columns``."""
    old = ", ".join(f"OLD.{column}" for column in columns)
    new = ", ".join(f"NEW.{column}" for column in columns)
    return f"""
    DROP TRIGGER event_is_frozen ON tracking_event;
    CREATE TRIGGER event_is_frozen BEFORE UPDATE ON tracking_event
        FOR EACH ROW WHEN (({old}) IS DISTINCT FROM ({new}))
        EXECUTE FUNCTION event_is_frozen();
    """


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_configuration_triggers"),
        ("events", "0004_common_events"),
        ("goals", "0003_configuration_triggers"),
        ("offers", "0002_configuration_triggers"),
        ("tracking", "0002_event_is_frozen"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="event",
            name="event_dedupe_key_unique",
        ),
        migrations.AddField(
            model_name="event",
            name="order_key",
            field=models.CharField(max_length=500, null=True),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.UniqueConstraint(
                condition=models.Q(("dedupe_key__isnull", False)),
                fields=("dedupe_key",),
                name="event_dedupe_key_unique",
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.UniqueConstraint(
                condition=models.Q(("order_key__isnull", False)),
                fields=("order_key",),
                name="event_order_key_unique",
            ),
        ),
        migrations.RunSQL(freeze([*FROZEN, "order_key"]), freeze(FROZEN)),
    ]
