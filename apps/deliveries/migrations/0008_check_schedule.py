"""What must never be is looked for every night, on whichever worker host is free."""

from datetime import timedelta

from django.db import migrations
from django.utils import timezone

NAME = "Deliveries: check invariants"


def create(apps, schema_editor):
    tomorrow = timezone.now() + timedelta(days=1)
    schedules = apps.get_model("django_q", "Schedule").objects
    schedules.using(schema_editor.connection.alias).get_or_create(
        name=NAME,
        defaults={
            "func": "apps.deliveries.tasks.check_invariants",
            "schedule_type": "D",
            "repeats": -1,
            "next_run": tomorrow.replace(hour=3, minute=10, second=0, microsecond=0),
        },
    )


def remove(apps, schema_editor):
    schedules = apps.get_model("django_q", "Schedule").objects
    schedules.using(schema_editor.connection.alias).filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("deliveries", "0007_ends"),
        ("django_q", "0019_alter_task_options_alter_ormq_key_alter_ormq_lock_and_more"),
    ]
    operations = [migrations.RunPython(create, remove)]
