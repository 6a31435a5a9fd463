"""What screens call the rows of subjects; nothing in the database changes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("attribution", "0002_names_of_attribution")]
    operations = [
        migrations.AlterModelOptions(
            name="subject",
            options={
                "verbose_name": "device or user",
                "verbose_name_plural": "devices & users",
            },
        ),
        migrations.AlterModelOptions(
            name="touch",
            options={"verbose_name": "touch", "verbose_name_plural": "touches"},
        ),
    ]
