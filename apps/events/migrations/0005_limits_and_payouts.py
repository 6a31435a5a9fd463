"""Limits of offers, payouts of single affiliates per event, outcomes of events."""

import django.db.models.deletion
from django.db import migrations, models

from apps.core.config_version import bump_on_change


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_configuration_triggers'),
        ('events', '0004_common_events'),
        ('goals', '0003_configuration_triggers'),
        ('offers', '0002_configuration_triggers'),
    ]

    operations = [
        migrations.CreateModel(
            name='EventLimit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('maximum', models.PositiveIntegerField()),
                ('period', models.CharField(choices=[('hour', 'hour'), ('day', 'day')], max_length=4)),
            ],
        ),
        migrations.CreateModel(
            name='EventLimitCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('period_start', models.DateTimeField()),
                ('count', models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='OfferEventPayout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('payout_type', models.CharField(choices=[('cpa', 'CPA (fixed amount per action)'), ('cpl', 'CPL (fixed amount per lead)'), ('fixed', 'Fixed amount'), ('cps', 'CPS (percent)')], max_length=5)),
                ('payout_value', models.DecimalField(decimal_places=6, help_text="An amount in the offer's currency, or a percentage for CPS.", max_digits=18)),
            ],
            options={
                'verbose_name': 'payout of an affiliate',
                'verbose_name_plural': 'payouts of affiliates',
            },
        ),
        migrations.AddField(
            model_name='offerevent',
            name='maps_to_status',
            field=models.CharField(blank=True, choices=[('pending', 'Pending'), ('approved', 'Approved'), ('rejected', 'Rejected')], help_text='What this event does to the conversion of its transaction, e.g. an event «rejected» rejects it. Empty: nothing.', max_length=10),
        ),
        migrations.AlterField(
            model_name='eventtype',
            name='repeat_policy',
            field=models.CharField(choices=[('once_per_transaction', 'Once per transaction'), ('once_per_device', 'Once per device (device_id)'), ('once_per_user', 'Once per user (user_id)'), ('unlimited', 'As often as it is reported')], default='once_per_transaction', help_text='Also called Multi-Trigger.', max_length=20),
        ),
        migrations.AlterField(
            model_name='offerevent',
            name='repeat_policy',
            field=models.CharField(blank=True, choices=[('once_per_transaction', 'Once per transaction'), ('once_per_device', 'Once per device (device_id)'), ('once_per_user', 'Once per user (user_id)'), ('unlimited', 'As often as it is reported')], help_text='Empty: as the event type says.', max_length=20, verbose_name='allow multiple events with the same click ID'),
        ),
        migrations.AddConstraint(
            model_name='offerevent',
            constraint=models.CheckConstraint(condition=models.Q(('maps_to_status__in', ['', 'pending', 'approved', 'rejected'])), name='offer_event_maps_to_known_status'),
        ),
        migrations.AddField(
            model_name='eventlimit',
            name='event_type',
            field=models.ForeignKey(blank=True, help_text='Empty: everything the offer receives, counted together.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='events.eventtype'),
        ),
        migrations.AddField(
            model_name='eventlimit',
            name='offer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='event_limits', to='offers.offer'),
        ),
        migrations.AddField(
            model_name='eventlimitcount',
            name='limit',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='counts', to='events.eventlimit'),
        ),
        migrations.AddField(
            model_name='offereventpayout',
            name='affiliate',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='event_payouts', to='accounts.affiliate'),
        ),
        migrations.AddField(
            model_name='offereventpayout',
            name='offer_event',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='payouts', to='events.offerevent'),
        ),
        migrations.AddConstraint(
            model_name='eventlimit',
            constraint=models.UniqueConstraint(fields=('offer', 'event_type', 'period'), name='event_limit_unique', nulls_distinct=False, violation_error_message='The offer has this limit already.'),
        ),
        migrations.AddConstraint(
            model_name='eventlimit',
            constraint=models.CheckConstraint(condition=models.Q(('maximum__gte', 1)), name='event_limit_at_least_one', violation_error_message='A limit lets at least one event pass. To stop an event altogether, switch it off.'),
        ),
        migrations.AddConstraint(
            model_name='eventlimit',
            constraint=models.CheckConstraint(condition=models.Q(('period__in', ['hour', 'day'])), name='event_limit_period_is_known'),
        ),
        migrations.AddConstraint(
            model_name='eventlimitcount',
            constraint=models.UniqueConstraint(fields=('limit', 'period_start'), name='event_limit_count_unique'),
        ),
        migrations.AddConstraint(
            model_name='offereventpayout',
            constraint=models.UniqueConstraint(fields=('offer_event', 'affiliate'), name='offer_event_payout_unique', violation_error_message='This affiliate has a payout for this event.'),
        ),
        migrations.AddConstraint(
            model_name='offereventpayout',
            constraint=models.CheckConstraint(condition=models.Q(('payout_value__gte', 0), models.Q(models.Q(('payout_type', 'cps'), _negated=True), ('payout_value__lte', 100), _connector='OR')), name='offer_event_payout_in_range', violation_error_message='A payout cannot be negative, a percentage cannot exceed 100.'),
        ),
        bump_on_change("events_eventlimit"),
        bump_on_change("events_offereventpayout"),
    ]
