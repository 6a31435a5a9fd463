"""Lists of what is rare are read by an index of their own."""

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
        ('deliveries', '0009_tests_of_a_trigger'),
        ('offers', '0003_hold_days'),
        ('postbacks', '0008_owners'),
        ('tracking', '0009_order_index'),
    ]

    operations = [
        RemoveIndexConcurrently(
            model_name='delivery',
            name='delivery_failed_or_held',
        ),
        AddIndexConcurrently(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state__in', ('failed', 'held', 'suppressed', 'cancelled'))), fields=['state', 'id'], name='delivery_of_rare_state'),
        ),
        AddIndexConcurrently(
            model_name='delivery',
            index=models.Index(condition=models.Q(('kind', 'live'), _negated=True), fields=['kind', 'id'], name='delivery_not_live'),
        ),
    ]
