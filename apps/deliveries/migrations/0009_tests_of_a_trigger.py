"""Tests are found by what they were about, so that what they stored can be erased."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("deliveries", "0008_check_schedule")]

    operations = [
        AddIndexConcurrently(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("kind", "test")),
                fields=["trigger_id"],
                name="delivery_test_of_trigger",
            ),
        ),
    ]
