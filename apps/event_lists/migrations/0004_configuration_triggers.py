"""Changes of these tables change the configuration that ingestion keeps in memory."""

from django.db import migrations

from apps.core.config_version import bump_on_change


class Migration(migrations.Migration):
    dependencies = [("core", "0002_config_version"), ("event_lists", "0003_initial")]
    operations = [
        bump_on_change("event_lists_eventlist"),
        bump_on_change("event_lists_eventlistitem"),
        bump_on_change("event_lists_offereventlist"),
    ]
