"""What is over goes every night, when few look on."""

from datetime import timedelta

from django.db import migrations
from django.utils import timezone

NAME = "Retention: prune"


def create(apps, schema_editor):
    tomorrow = timezone.now() + timedelta(days=1)
    schedules = apps.get_model("django_q", "Schedule").objects
    schedules.using(schema_editor.connection.alias).get_or_create(
        name=NAME,
        defaults={
            "func": "apps.retention.tasks.prune_log",
            "schedule_type": "D",
            "repeats": -1,
            "next_run": tomorrow.replace(hour=2, minute=20, second=0, microsecond=0),
        },
    )


def remove(apps, schema_editor):
    schedules = apps.get_model("django_q", "Schedule").objects
    schedules.using(schema_editor.connection.alias).filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("retention", "0001_initial"),
        ("django_q", "0019_alter_task_options_alter_ormq_key_alter_ormq_lock_and_more"),
    ]
    operations = [migrations.RunPython(create, remove)]
