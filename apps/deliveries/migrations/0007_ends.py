"""What ended lately, and what was never tried: for the reconciliation.

Built beside the traffic: the table is as large as the log.
"""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds two indexes."""

    atomic = False
    dependencies = [("deliveries", "0006_findings")]
    operations = [
        AddIndexConcurrently(
            model_name='delivery',
            index=django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['finished_at'], name='delivery_by_end'),
        ),
        AddIndexConcurrently(
            model_name='delivery',
            index=models.Index(condition=models.Q(('attempts', 0), ('state__in', ('delivered', 'failed')), models.Q(('reason', 'marked'), _negated=True)), fields=['id'], name='delivery_never_tried'),
        ),
    ]
