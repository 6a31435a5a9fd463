"""Changes of these tables change the configuration that ingestion keeps in memory."""

from django.db import migrations

from apps.core.config_version import bump_on_change


class Migration(migrations.Migration):
    dependencies = [("core", "0002_config_version"), ("accounts", "0002_initial")]
    operations = [
        bump_on_change("accounts_apitoken", columns=["label", "scope", "advertiser_id", "offer_id", "user_id", "token_hash", "valid_from", "valid_until"]),
        bump_on_change("accounts_advertiser"),
        bump_on_change("accounts_affiliate"),
    ]
