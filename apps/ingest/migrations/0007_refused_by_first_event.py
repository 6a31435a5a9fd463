"""An event that goes is taken from its duplicates, found by an index."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built beside the traffic: the table is as large as the log.
    atomic = False

    dependencies = [
        ('ingest', '0006_import_schedule'),
        ('offers', '0005_attribution_settings'),
        ('tracking', '0012_clicks_may_go'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='refusedrequest',
            index=models.Index(condition=models.Q(('first_event__isnull', False)), fields=['first_event'], name='refused_by_first_event'),
        ),
    ]
