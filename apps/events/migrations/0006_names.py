"""Names of models and fields, marked for translation: no change of a table."""

import django.db.models.deletion
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_names'),
        ('events', '0005_limits_and_payouts'),
        ('goals', '0003_configuration_triggers'),
        ('offers', '0003_hold_days'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='eventlimit',
            options={'verbose_name': 'event limit', 'verbose_name_plural': 'event limits'},
        ),
        migrations.AlterModelOptions(
            name='eventlimitcount',
            options={'verbose_name': 'event limit count', 'verbose_name_plural': 'event limit counts'},
        ),
        migrations.AlterModelOptions(
            name='eventtype',
            options={'verbose_name': 'event type', 'verbose_name_plural': 'event types'},
        ),
        migrations.AlterModelOptions(
            name='offerevent',
            options={'verbose_name': 'offer event', 'verbose_name_plural': 'offer events'},
        ),
        migrations.AlterModelOptions(
            name='offereventfield',
            options={'ordering': ['position', 'id'], 'verbose_name': 'offer event field', 'verbose_name_plural': 'offer event fields'},
        ),
        migrations.AlterModelOptions(
            name='seeneventname',
            options={'verbose_name': 'seen event name', 'verbose_name_plural': 'seen event names'},
        ),
        migrations.AlterField(
            model_name='eventlimit',
            name='created_at',
            field=models.DateTimeField(auto_now_add=True, verbose_name='created at'),
        ),
        migrations.AlterField(
            model_name='eventlimit',
            name='event_type',
            field=models.ForeignKey(blank=True, help_text='Empty: everything the offer receives, counted together.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='events.eventtype', verbose_name='event type'),
        ),
        migrations.AlterField(
            model_name='eventlimit',
            name='maximum',
            field=models.PositiveIntegerField(verbose_name='maximum'),
        ),
        migrations.AlterField(
            model_name='eventlimit',
            name='offer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='event_limits', to='offers.offer', verbose_name='offer'),
        ),
        migrations.AlterField(
            model_name='eventlimit',
            name='period',
            field=models.CharField(choices=[('hour', 'hour'), ('day', 'day')], max_length=4, verbose_name='period'),
        ),
        migrations.AlterField(
            model_name='eventlimit',
            name='updated_at',
            field=models.DateTimeField(auto_now=True, verbose_name='updated at'),
        ),
        migrations.AlterField(
            model_name='eventlimitcount',
            name='count',
            field=models.PositiveIntegerField(verbose_name='count'),
        ),
        migrations.AlterField(
            model_name='eventlimitcount',
            name='limit',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='counts', to='events.eventlimit', verbose_name='limit'),
        ),
        migrations.AlterField(
            model_name='eventlimitcount',
            name='period_start',
            field=models.DateTimeField(verbose_name='period start'),
        ),
        migrations.AlterField(
            model_name='eventtype',
            name='category',
            field=models.CharField(choices=[('views', 'Views'), ('engagement', 'Engagement'), ('progress', 'Progress'), ('conversion', 'Conversion'), ('uncategorized', 'Uncategorized')], default='uncategorized', max_length=15, verbose_name='category'),
        ),
        migrations.AlterField(
            model_name='eventtype',
            name='created_at',
            field=models.DateTimeField(auto_now_add=True, verbose_name='created at'),
        ),
        migrations.AlterField(
            model_name='eventtype',
            name='description',
            field=models.CharField(blank=True, max_length=300, verbose_name='description'),
        ),
        migrations.AlterField(
            model_name='eventtype',
            name='is_system',
            field=models.BooleanField(default=False, editable=False, verbose_name='is system'),
        ),
        migrations.AlterField(
            model_name='eventtype',
            name='name',
            field=models.CharField(help_text='Exactly what senders report, case included. Short, lower case, underscores: sale, sign_up.', max_length=100, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='eventtype',
            name='needs_conversion',
            field=models.BooleanField(default=True, help_text='Accepted only after a conversion of the same transaction that is not rejected. Switch it off for what happens earlier, e.g. page views.', verbose_name='needs conversion'),
        ),
        migrations.AlterField(
            model_name='eventtype',
            name='repeat_policy',
            field=models.CharField(choices=[('once_per_transaction', 'Once per transaction'), ('once_per_device', 'Once per device (device_id)'), ('once_per_user', 'Once per user (user_id)'), ('unlimited', 'As often as it is reported')], default='once_per_transaction', help_text='Also called Multi-Trigger.', max_length=20, verbose_name='repeat policy'),
        ),
        migrations.AlterField(
            model_name='eventtype',
            name='updated_at',
            field=models.DateTimeField(auto_now=True, verbose_name='updated at'),
        ),
        migrations.AlterField(
            model_name='offerevent',
            name='advertiser_event_name',
            field=models.CharField(blank=True, help_text='The exact name the advertiser sends, if it is another (e.g. the AppsFlyer event name, spaces and capitals included).', max_length=200, verbose_name='advertiser event name'),
        ),
        migrations.AlterField(
            model_name='offerevent',
            name='category',
            field=models.CharField(blank=True, choices=[('views', 'Views'), ('engagement', 'Engagement'), ('progress', 'Progress'), ('conversion', 'Conversion'), ('uncategorized', 'Uncategorized')], help_text='Empty: as the event type says.', max_length=15, verbose_name='category'),
        ),
        migrations.AlterField(
            model_name='offerevent',
            name='created_at',
            field=models.DateTimeField(auto_now_add=True, verbose_name='created at'),
        ),
        migrations.AlterField(
            model_name='offerevent',
            name='event_type',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offer_events', to='events.eventtype', verbose_name='event type'),
        ),
        migrations.AlterField(
            model_name='offerevent',
            name='goal',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='goals.goal', verbose_name='goal'),
        ),
        migrations.AlterField(
            model_name='offerevent',
            name='maps_to_status',
            field=models.CharField(blank=True, choices=[('pending', 'Pending'), ('approved', 'Approved'), ('rejected', 'Rejected')], help_text='What this event does to the conversion of its transaction, e.g. an event «rejected» rejects it. Empty: nothing.', max_length=10, verbose_name='maps to status'),
        ),
        migrations.AlterField(
            model_name='offerevent',
            name='offer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='offer_events', to='offers.offer', verbose_name='offer'),
        ),
        migrations.AlterField(
            model_name='offerevent',
            name='payout_type',
            field=models.CharField(choices=[('cpa', 'CPA (fixed amount per action)'), ('cpl', 'CPL (fixed amount per lead)'), ('fixed', 'Fixed amount'), ('cps', 'CPS (percent)')], default='cpa', max_length=5, verbose_name='payout type'),
        ),
        migrations.AlterField(
            model_name='offerevent',
            name='payout_value',
            field=models.DecimalField(decimal_places=6, default=Decimal('0'), help_text="An amount in the offer's currency, or a percentage for CPS.", max_digits=18, verbose_name='payout value'),
        ),
        migrations.AlterField(
            model_name='offerevent',
            name='revenue_type',
            field=models.CharField(choices=[('cpa', 'CPA (fixed amount per action)'), ('cpl', 'CPL (fixed amount per lead)'), ('fixed', 'Fixed amount'), ('cps', 'CPS (percent)')], default='cpa', max_length=5, verbose_name='revenue type'),
        ),
        migrations.AlterField(
            model_name='offerevent',
            name='revenue_value',
            field=models.DecimalField(decimal_places=6, default=Decimal('0'), help_text="An amount in the offer's currency, or a percentage for CPS.", max_digits=18, verbose_name='revenue value'),
        ),
        migrations.AlterField(
            model_name='offerevent',
            name='source',
            field=models.CharField(choices=[('direct', 'Added to the offer'), ('list', 'Customizes an event of an attached list')], default='direct', max_length=6, verbose_name='source'),
        ),
        migrations.AlterField(
            model_name='offerevent',
            name='updated_at',
            field=models.DateTimeField(auto_now=True, verbose_name='updated at'),
        ),
        migrations.AlterField(
            model_name='offereventfield',
            name='created_at',
            field=models.DateTimeField(auto_now_add=True, verbose_name='created at'),
        ),
        migrations.AlterField(
            model_name='offereventfield',
            name='label',
            field=models.CharField(blank=True, max_length=120, verbose_name='label'),
        ),
        migrations.AlterField(
            model_name='offereventfield',
            name='name',
            field=models.SlugField(help_text="The parameter's name; macro {field:name}.", max_length=60, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='offereventfield',
            name='offer_event',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='fields', to='events.offerevent', verbose_name='offer event'),
        ),
        migrations.AlterField(
            model_name='offereventfield',
            name='position',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='position'),
        ),
        migrations.AlterField(
            model_name='offereventfield',
            name='type',
            field=models.CharField(choices=[('text', 'Text'), ('number', 'Number'), ('date', 'Date (YYYY-MM-DD)')], default='text', max_length=6, verbose_name='type'),
        ),
        migrations.AlterField(
            model_name='offereventfield',
            name='updated_at',
            field=models.DateTimeField(auto_now=True, verbose_name='updated at'),
        ),
        migrations.AlterField(
            model_name='offereventpayout',
            name='affiliate',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='event_payouts', to='accounts.affiliate', verbose_name='affiliate'),
        ),
        migrations.AlterField(
            model_name='offereventpayout',
            name='created_at',
            field=models.DateTimeField(auto_now_add=True, verbose_name='created at'),
        ),
        migrations.AlterField(
            model_name='offereventpayout',
            name='offer_event',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='payouts', to='events.offerevent', verbose_name='offer event'),
        ),
        migrations.AlterField(
            model_name='offereventpayout',
            name='payout_type',
            field=models.CharField(choices=[('cpa', 'CPA (fixed amount per action)'), ('cpl', 'CPL (fixed amount per lead)'), ('fixed', 'Fixed amount'), ('cps', 'CPS (percent)')], max_length=5, verbose_name='payout type'),
        ),
        migrations.AlterField(
            model_name='offereventpayout',
            name='payout_value',
            field=models.DecimalField(decimal_places=6, help_text="An amount in the offer's currency, or a percentage for CPS.", max_digits=18, verbose_name='payout value'),
        ),
        migrations.AlterField(
            model_name='offereventpayout',
            name='updated_at',
            field=models.DateTimeField(auto_now=True, verbose_name='updated at'),
        ),
        migrations.AlterField(
            model_name='seeneventname',
            name='accepted_count',
            field=models.PositiveBigIntegerField(default=0, verbose_name='accepted count'),
        ),
        migrations.AlterField(
            model_name='seeneventname',
            name='filtered_count',
            field=models.PositiveBigIntegerField(default=0, verbose_name='filtered count'),
        ),
        migrations.AlterField(
            model_name='seeneventname',
            name='first_at',
            field=models.DateTimeField(verbose_name='first at'),
        ),
        migrations.AlterField(
            model_name='seeneventname',
            name='last_at',
            field=models.DateTimeField(verbose_name='last at'),
        ),
        migrations.AlterField(
            model_name='seeneventname',
            name='name',
            field=models.CharField(max_length=200, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='seeneventname',
            name='offer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='seen_names', to='offers.offer', verbose_name='offer'),
        ),
        migrations.AlterField(
            model_name='seeneventname',
            name='refused_count',
            field=models.PositiveBigIntegerField(default=0, verbose_name='refused count'),
        ),
    ]
