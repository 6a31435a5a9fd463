"""Alerts look every minute for what each rule gave up lately."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    # Ingestion goes on while the index is built.
    atomic = False
    dependencies = [("deliveries", "0004_alerts")]
    operations = [
        AddIndexConcurrently(
            model_name="delivery",
            index=models.Index(
                fields=["rule", "finished_at"],
                condition=Q(
                    state="failed", outcome__in=("retry", "ambiguous", "unknown")
                ),
                name="delivery_exhausted",
            ),
        ),
    ]
