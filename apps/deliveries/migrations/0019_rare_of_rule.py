"""What is rare of the deliveries, and of a postback's, leads to its events."""

from django.contrib.postgres.operations import (
    AddIndexConcurrently,
    RemoveIndexConcurrently,
)
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built beside the traffic: the table is as large as the log.
    atomic = False

    dependencies = [
        ('deliveries', '0018_workers'),
        ('postbacks', '0009_names'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state__in', ('failed', 'held', 'suppressed', 'cancelled'))), fields=['rule', 'state', 'id'], include=['event'], name='delivery_rare_of_rule'),
        ),
        AddIndexConcurrently(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state__in', ('failed', 'held', 'suppressed', 'cancelled'))), fields=['state', 'id'], include=['event'], name='delivery_rare'),
        ),
        RemoveIndexConcurrently(
            model_name='delivery',
            name='delivery_of_rare_state',
        ),
        migrations.AlterField(
            model_name='delivery',
            name='rule',
            field=models.ForeignKey(db_index=False, on_delete=models.deletion.PROTECT, related_name='deliveries', to='postbacks.postbackrule', verbose_name='postback'),
        ),
    ]
