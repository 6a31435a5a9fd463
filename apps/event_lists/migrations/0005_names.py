"""Names of models and fields, marked for translation: no change of a table."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('event_lists', '0004_configuration_triggers'),
        ('events', '0005_limits_and_payouts'),
        ('offers', '0003_hold_days'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='eventlist',
            options={'verbose_name': 'event list', 'verbose_name_plural': 'event lists'},
        ),
        migrations.AlterField(
            model_name='eventlist',
            name='created_at',
            field=models.DateTimeField(auto_now_add=True, verbose_name='created at'),
        ),
        migrations.AlterField(
            model_name='eventlist',
            name='description',
            field=models.CharField(blank=True, max_length=300, verbose_name='description'),
        ),
        migrations.AlterField(
            model_name='eventlist',
            name='event_types',
            field=models.ManyToManyField(related_name='event_lists', through='event_lists.EventListItem', to='events.eventtype', verbose_name='event types'),
        ),
        migrations.AlterField(
            model_name='eventlist',
            name='name',
            field=models.CharField(max_length=120, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='eventlist',
            name='offers',
            field=models.ManyToManyField(related_name='event_lists', through='event_lists.OfferEventList', to='offers.offer', verbose_name='offers'),
        ),
        migrations.AlterField(
            model_name='eventlist',
            name='updated_at',
            field=models.DateTimeField(auto_now=True, verbose_name='updated at'),
        ),
        migrations.AlterField(
            model_name='eventlistitem',
            name='event_list',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='event_lists.eventlist', verbose_name='event list'),
        ),
        migrations.AlterField(
            model_name='eventlistitem',
            name='event_type',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='events.eventtype', verbose_name='event type'),
        ),
        migrations.AlterField(
            model_name='offereventlist',
            name='event_list',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='event_lists.eventlist', verbose_name='event list'),
        ),
        migrations.AlterField(
            model_name='offereventlist',
            name='offer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='offers.offer', verbose_name='offer'),
        ),
    ]
