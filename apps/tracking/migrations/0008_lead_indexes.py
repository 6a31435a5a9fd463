"""Leads are found by their transaction, and those that were erased."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("tracking", "0007_lead_erased")]

    operations = [
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(fields=["transaction_id"], name="lead_by_transaction"),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("erased_at__isnull", False)),
                fields=["id"],
                name="lead_erased",
            ),
        ),
    ]
