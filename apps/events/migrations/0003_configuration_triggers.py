"""Changes of these tables change the configuration that ingestion keeps in memory."""

from django.db import migrations

from apps.core.config_version import bump_on_change


class Migration(migrations.Migration):
    dependencies = [("core", "0002_config_version"), ("events", "0002_initial")]
    operations = [
        bump_on_change("events_eventtype"),
        bump_on_change("events_offerevent"),
        bump_on_change("events_offereventfield"),
    ]
