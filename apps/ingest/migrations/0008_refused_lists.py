"""The list of refused requests is filtered without reading all of it."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built beside the traffic: the table is as large as a log.
    atomic = False

    dependencies = [
        ('ingest', '0007_refused_by_first_event'),
        ('offers', '0004_names'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='refusedrequest',
            index=models.Index(fields=['result', 'id'], name='refused_by_result'),
        ),
        AddIndexConcurrently(
            model_name='refusedrequest',
            index=models.Index(fields=['offer', 'id'], name='refused_of_offer'),
        ),
    ]
