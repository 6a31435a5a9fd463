"""The single version row and the function that raises it."""

from django.db import migrations

from apps.core.config_version import CREATE_FUNCTION


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [CREATE_FUNCTION]
