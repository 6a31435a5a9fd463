"""A click that goes must not look through all deliveries; their events keep it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('deliveries', '0016_attempts_by_day'),
        ('tracking', '0012_clicks_may_go'),
    ]

    operations = [
        migrations.AlterField(
            model_name='delivery',
            name='click',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='tracking.click', verbose_name='click'),
        ),
    ]
