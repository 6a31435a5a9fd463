"""The names that apps send without being told (R152), and what older ones mean.

An event type of such a name that exists already is left as it is.
"""

from django.db import migrations

RESERVED = [
    ("registration", "A person made an account.", "engagement", "registration"),
    ("login", "A person signed in.", "engagement", "authorization"),
    ("invite", "A person invited somebody.", "engagement", "invite"),
    ("level_up", "A person reached the next level.", "progress", "level_up"),
]
MEANINGS = {"sale": "purchase", "signup": "registration"}


def create(apps, schema_editor):
    event_types = apps.get_model("events", "EventType").objects.using(
        schema_editor.connection.alias
    )
    for name, description, category, kind in RESERVED:
        event_types.get_or_create(
            name=name,
            defaults={
                "description": description,
                "category": category,
                "standard_kind": kind,
                "repeat_policy": "unlimited",
                "needs_conversion": False,
                "is_system": True,
            },
        )
    for name, kind in MEANINGS.items():
        event_types.filter(name=name, is_system=True).update(standard_kind=kind)


class Migration(migrations.Migration):
    dependencies = [("events", "0007_standard_kinds")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
