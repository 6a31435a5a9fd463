"""What was removed from the log, when, and until where."""

from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Pruning',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table', models.CharField(choices=[('attempts', 'Attempts'), ('deliveries', 'Deliveries'), ('refused_requests', 'Refused requests'), ('subjects', 'Devices and users'), ('events', 'Events'), ('clicks', 'Clicks')], max_length=20, verbose_name='table')),
                ('until', models.DateTimeField(verbose_name='older than')),
                ('started_at', models.DateTimeField(verbose_name='started at')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='finished at')),
                ('rows', models.PositiveBigIntegerField(default=0, verbose_name='rows')),
                ('bytes', models.PositiveBigIntegerField(default=0, help_text='Of the rows; their indexes not counted.', verbose_name='bytes')),
                ('position', models.CharField(blank=True, max_length=36, verbose_name='position')),
                ('days_left', models.PositiveIntegerField(default=0, help_text='Days of attempts that were in use; they go next time.', verbose_name='days left')),
            ],
            options={
                'verbose_name': 'pruning',
                'verbose_name_plural': 'prunings',
                'constraints': [models.UniqueConstraint(fields=('table', 'until'), name='pruning_once_for_each_day'), models.CheckConstraint(condition=models.Q(('finished_at', None), ('finished_at__gte', models.F('started_at')), _connector='OR'), name='pruning_ends_after_it_began')],
            },
        ),
    ]
