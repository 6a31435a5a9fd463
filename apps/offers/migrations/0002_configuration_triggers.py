"""Changes of these tables change the configuration that ingestion keeps in memory."""

from django.db import migrations

from apps.core.config_version import bump_on_change


class Migration(migrations.Migration):
    dependencies = [("core", "0002_config_version"), ("offers", "0001_initial")]
    operations = [
        bump_on_change("offers_offer"),
        bump_on_change("offers_offeraffiliate"),
    ]
