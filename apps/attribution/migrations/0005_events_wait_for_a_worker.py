"""A late event of a long story waits, and history that waits must stay history.

The column is added without writing the rows that are there: its default is constant.
"""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('attribution', '0004_events_may_go'),
    ]

    operations = [
        migrations.AddField(
            model_name='subjectevent',
            name='is_history',
            field=models.BooleanField(db_default=False, help_text='It was imported: nobody is told of what follows from it.', verbose_name='is history'),
        ),
        migrations.AlterField(
            model_name='subjectevent',
            name='state',
            field=models.CharField(choices=[('counted', 'Counted'), ('waiting', 'Waits to be counted'), ('too_late', 'Came too late')], max_length=8, verbose_name='state'),
        ),
    ]
