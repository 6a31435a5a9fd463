"""Lists of clicks and events are read in their own order by an index."""

from django.conf import settings
from django.contrib.postgres.operations import (
    AddIndexConcurrently,
    RemoveIndexConcurrently,
)
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built beside the traffic: the table is as large as the log.
    atomic = False

    dependencies = [
        ('accounts', '0004_sign_in'),
        ('events', '0005_limits_and_payouts'),
        ('goals', '0003_configuration_triggers'),
        ('offers', '0003_hold_days'),
        ('tracking', '0009_order_index'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        RemoveIndexConcurrently(
            model_name='click',
            name='click_by_offer',
        ),
        AddIndexConcurrently(
            model_name='click',
            index=models.Index(fields=['offer', 'id'], name='click_by_offer'),
        ),
        AddIndexConcurrently(
            model_name='click',
            index=models.Index(condition=models.Q(('affiliate__isnull', False)), fields=['affiliate', 'id'], name='click_by_affiliate'),
        ),
        AddIndexConcurrently(
            model_name='event',
            index=models.Index(condition=models.Q(('source', 'url'), _negated=True), fields=['source', 'id'], name='event_log_not_by_url'),
        ),
    ]
