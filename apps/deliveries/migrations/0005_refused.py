"""Alerts count what was refused of postbacks whose deliveries must not be lost.

Built beside the traffic: the table is as large as the log.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds an index."""

    atomic = False
    dependencies = [("deliveries", "0004_attempt_findings")]
    operations = [
        AddIndexConcurrently(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("outcome", "permanent"), ("state", "failed")),
                fields=["rule", "finished_at"],
                name="delivery_refused",
            ),
        )
    ]
