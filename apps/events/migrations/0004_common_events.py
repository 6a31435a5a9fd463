"""The five events every organization begins with (R168), and their meanings."""

from django.db import migrations

COMMON_EVENTS = [
    ("sale", "A purchase was completed.", "conversion", True, True),
    ("qualified", "The lead was checked and meets the criteria.", "progress", False, False),
    ("callback", "The lead asked to be called back.", "engagement", False, False),
    ("signup", "The person opened an account.", "engagement", False, False),
    ("rejected", "The lead was refused by the buyer.", "uncategorized", False, False),
]


def create(apps, schema_editor):
    event_types = apps.get_model("events", "EventType").objects
    for name, description, category, is_conversion, is_affiliate in COMMON_EVENTS:
        event_types.using(schema_editor.connection.alias).get_or_create(
            name=name,
            defaults={
                "description": description,
                "category": category,
                "is_conversion": is_conversion,
                "is_affiliate_conversion": is_affiliate,
                "is_system": True,
            },
        )


class Migration(migrations.Migration):
    dependencies = [("events", "0003_configuration_triggers")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
