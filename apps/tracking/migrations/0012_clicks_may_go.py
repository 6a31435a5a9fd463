"""A click that goes must not look through all events and conversions.

It stays as long as an event or conversion of its transaction, which have an index.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tracking', '0011_names'),
    ]

    operations = [
        migrations.AlterField(
            model_name='conversion',
            name='click',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='conversions', to='tracking.click', verbose_name='click'),
        ),
        migrations.AlterField(
            model_name='event',
            name='click',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='tracking.click', verbose_name='click'),
        ),
    ]
