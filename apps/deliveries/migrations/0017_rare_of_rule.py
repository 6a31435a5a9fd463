"""What of a postback's deliveries is rare is read by an index of its own."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built beside the traffic: the table is as large as the log.
    atomic = False

    dependencies = [
        ('deliveries', '0013_names'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state__in', ('failed', 'held', 'suppressed', 'cancelled'))), fields=['rule', 'state', 'id'], include=['event'], name='delivery_rare_of_rule'),
        ),
    ]
