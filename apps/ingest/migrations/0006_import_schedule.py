"""Every minute, imports go on that lost their worker, and rows are deleted in time."""

from django.db import migrations

NAME = "Imports: go on"


def create(apps, schema_editor):
    schedules = apps.get_model("django_q", "Schedule").objects
    schedules.using(schema_editor.connection.alias).get_or_create(
        name=NAME,
        defaults={
            "func": "apps.ingest.importing.tasks.go_on",
            "schedule_type": "I",
            "minutes": 1,
            "repeats": -1,
        },
    )


def remove(apps, schema_editor):
    schedules = apps.get_model("django_q", "Schedule").objects
    schedules.using(schema_editor.connection.alias).filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("ingest", "0005_imports"),
        ("django_q", "0019_alter_task_options_alter_ormq_key_alter_ormq_lock_and_more"),
    ]
    operations = [migrations.RunPython(create, remove)]
