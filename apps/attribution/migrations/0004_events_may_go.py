"""An event that goes must not look through all periods and facts; its story keeps it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('attribution', '0003_names_on_screens'),
        ('tracking', '0012_clicks_may_go'),
    ]

    operations = [
        migrations.AlterField(
            model_name='fact',
            name='period',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='facts', to='attribution.period', verbose_name='period'),
        ),
        migrations.AlterField(
            model_name='fact',
            name='retracted_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, help_text='The late event that made it untrue.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='retracted_facts', to='tracking.event', verbose_name='retracted by'),
        ),
        migrations.AlterField(
            model_name='period',
            name='click',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracking.click', verbose_name='click'),
        ),
        migrations.AlterField(
            model_name='period',
            name='opened_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='opened_periods', to='tracking.event', verbose_name='opened by'),
        ),
    ]
