"""Taking people off opt-out lists needs a permission of its own."""

from django.db import migrations


class Migration(migrations.Migration):
    """Changes no table; Django adds the permission after migrating."""

    dependencies = [("postbacks", "0006_engine")]
    operations = [
        migrations.AlterModelOptions(
            name="postbackrule",
            options={
                "permissions": [
                    ("can_remove_suppression", "Can remove from opt-out lists")
                ],
                "verbose_name": "postback",
            },
        )
    ]
