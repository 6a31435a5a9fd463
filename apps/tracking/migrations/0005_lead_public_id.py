"""A lead made by a postback gets its public id like any other."""

import apps.tracking.models.clicks
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tracking', '0004_hold_until'),
    ]

    operations = [
        migrations.AlterField(
            model_name='lead',
            name='public_id',
            field=models.CharField(default=apps.tracking.models.clicks.new_public_id, max_length=32),
        ),
    ]
