"""An alert names what it is about, and a notice the level that it tells."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("deliveries", "0003_engine")]
    operations = [
        migrations.AddField(
            model_name="alert",
            name="name",
            field=models.CharField(
                default="", help_text="What it is about, in words.", max_length=320
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="alertnotice",
            name="level",
            field=models.PositiveSmallIntegerField(
                default=100,
                help_text="The level of the alert that is told; 0: that it is over.",
            ),
            preserve_default=False,
        ),
    ]
