"""Names of models and fields, marked for translation: no change of a table."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_names'),
        ('connections', '0003_names'),
        ('events', '0006_names'),
        ('goals', '0004_names'),
        ('offers', '0004_names'),
        ('postbacks', '0008_owners'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='goalsettings',
            options={'verbose_name': 'goal settings', 'verbose_name_plural': 'goal settings'},
        ),
        migrations.AlterModelOptions(
            name='postbackrule',
            options={'permissions': [('can_remove_suppression', 'Can remove from opt-out lists')], 'verbose_name': 'postback', 'verbose_name_plural': 'postbacks'},
        ),
        migrations.AlterModelOptions(
            name='rulecap',
            options={'verbose_name': 'cap', 'verbose_name_plural': 'caps'},
        ),
        migrations.AlterModelOptions(
            name='rulecapcount',
            options={'verbose_name': 'rule cap count', 'verbose_name_plural': 'rule cap counts'},
        ),
        migrations.AlterModelOptions(
            name='rulecondition',
            options={'verbose_name': 'field condition', 'verbose_name_plural': 'field conditions'},
        ),
        migrations.AlterModelOptions(
            name='rulecustomevent',
            options={'verbose_name': 'custom event', 'verbose_name_plural': 'custom events'},
        ),
        migrations.AlterModelOptions(
            name='rulerevision',
            options={'verbose_name': 'rule revision', 'verbose_name_plural': 'rule revisions'},
        ),
        migrations.AlterModelOptions(
            name='simulation',
            options={'verbose_name': 'simulation', 'verbose_name_plural': 'simulations'},
        ),
        migrations.AlterField(
            model_name='goalsettings',
            name='goal',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='goals.goal', verbose_name='goal'),
        ),
        migrations.AlterField(
            model_name='goalsettings',
            name='rule',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='goal_settings', to='postbacks.postbackrule', verbose_name='rule'),
        ),
        migrations.AlterField(
            model_name='goalsettings',
            name='saved_at',
            field=models.DateTimeField(auto_now=True, verbose_name='saved at'),
        ),
        migrations.AlterField(
            model_name='goalsettings',
            name='sealed_secrets',
            field=models.TextField(blank=True, default='', verbose_name='sealed secrets'),
        ),
        migrations.AlterField(
            model_name='goalsettings',
            name='settings',
            field=models.JSONField(default=dict, verbose_name='settings'),
        ),
        migrations.AlterField(
            model_name='postbackrule',
            name='action',
            field=models.CharField(editable=False, max_length=40, verbose_name='action'),
        ),
        migrations.AlterField(
            model_name='postbackrule',
            name='affiliate',
            field=models.ForeignKey(blank=True, help_text='Only conversions of this affiliate. Empty: any.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.affiliate', verbose_name='affiliate'),
        ),
        migrations.AlterField(
            model_name='postbackrule',
            name='archived_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='archived at'),
        ),
        migrations.AlterField(
            model_name='postbackrule',
            name='author',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author'),
        ),
        migrations.AlterField(
            model_name='postbackrule',
            name='categories',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('views', 'Views'), ('engagement', 'Engagement'), ('progress', 'Progress'), ('conversions', 'Conversions'), ('partial_conversions', 'Partial conversions'), ('uncategorized', 'Uncategorized')], max_length=20), blank=True, default=list, size=None, verbose_name='categories'),
        ),
        migrations.AlterField(
            model_name='postbackrule',
            name='connection',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rules', to='connections.connection', verbose_name='connection'),
        ),
        migrations.AlterField(
            model_name='postbackrule',
            name='created_at',
            field=models.DateTimeField(auto_now_add=True, verbose_name='created at'),
        ),
        migrations.AlterField(
            model_name='postbackrule',
            name='delay_seconds',
            field=models.PositiveIntegerField(default=0, help_text='Wait so long before sending, e.g. 3600 for an hour.', verbose_name='delay seconds'),
        ),
        migrations.AlterField(
            model_name='postbackrule',
            name='disable_after',
            field=models.PositiveIntegerField(default=100, help_text='Switch the postback off after so many failed attempts in a row; what comes then is held. 0: never.', verbose_name='disable after'),
        ),
        migrations.AlterField(
            model_name='postbackrule',
            name='event_type',
            field=models.ForeignKey(blank=True, help_text='React to this event only, instead of categories.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rules', to='events.eventtype', verbose_name='event type'),
        ),
        migrations.AlterField(
            model_name='postbackrule',
            name='goal',
            field=models.ForeignKey(blank=True, help_text='Only this goal. Empty: any.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rules', to='goals.goal', verbose_name='goal'),
        ),
        migrations.AlterField(
            model_name='postbackrule',
            name='keeps_order',
            field=models.BooleanField(default=False, help_text='Send what happened later in a transaction only once the earlier is delivered or has failed.', verbose_name='keeps order'),
        ),
        migrations.AlterField(
            model_name='postbackrule',
            name='maximum_click_age_hours',
            field=models.PositiveIntegerField(blank=True, help_text='Only what happens so many hours after the click at the latest. Empty: any time.', null=True, verbose_name='maximum click age hours'),
        ),
        migrations.AlterField(
            model_name='postbackrule',
            name='name',
            field=models.CharField(blank=True, max_length=120, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='postbackrule',
            name='offer',
            field=models.ForeignKey(blank=True, help_text='Empty: every offer.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rules', to='offers.offer', verbose_name='offer'),
        ),
        migrations.AlterField(
            model_name='postbackrule',
            name='operations',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('create', 'Created'), ('update', 'Updated'), ('delete', 'Deleted')], max_length=6), blank=True, default=list, help_text='Only when the conversion was created, updated or deleted. None: always.', size=None, verbose_name='operations'),
        ),
        migrations.AlterField(
            model_name='postbackrule',
            name='owner_affiliate',
            field=models.ForeignKey(blank=True, editable=False, help_text='The affiliate whose user made the rule; it alone sees it (R103).', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='owned_rules', to='accounts.affiliate', verbose_name='owner affiliate'),
        ),
        migrations.AlterField(
            model_name='postbackrule',
            name='rejection_reasons',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), blank=True, default=list, help_text='Only when a conversion is rejected for one of these reasons, exactly as written; separated by commas. Empty: any.', size=None, verbose_name='rejection reasons'),
        ),
        migrations.AlterField(
            model_name='postbackrule',
            name='requires_consent',
            field=models.BooleanField(default=False, help_text='Only with the parameter «consent» (1, true, yes or granted) on the event or its click.', verbose_name='requires consent'),
        ),
        migrations.AlterField(
            model_name='postbackrule',
            name='retry_delays',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.PositiveIntegerField(), blank=True, help_text='Seconds to wait before each further attempt; none: the standard schedule.', null=True, size=None, verbose_name='retry delays'),
        ),
        migrations.AlterField(
            model_name='postbackrule',
            name='revision',
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name='revision'),
        ),
        migrations.AlterField(
            model_name='postbackrule',
            name='sample_percent',
            field=models.DecimalField(decimal_places=2, default=100, help_text='Tell the partner of so many transactions in a hundred; all events of a transaction are told or none.', max_digits=5, verbose_name='sample percent'),
        ),
        migrations.AlterField(
            model_name='postbackrule',
            name='sealed_secrets',
            field=models.TextField(blank=True, default='', editable=False, verbose_name='sealed secrets'),
        ),
        migrations.AlterField(
            model_name='postbackrule',
            name='sending_mode',
            field=models.CharField(choices=[('all', 'All'), ('attributed', 'Attributed to an affiliate only')], default='all', help_text='Organic traffic belongs to no affiliate.', max_length=10, verbose_name='sending mode'),
        ),
        migrations.AlterField(
            model_name='postbackrule',
            name='settings',
            field=models.JSONField(blank=True, default=dict, editable=False, verbose_name='settings'),
        ),
        migrations.AlterField(
            model_name='postbackrule',
            name='status',
            field=models.CharField(choices=[('active', 'Active'), ('disabled', 'Disabled'), ('auto_disabled', 'Disabled after failures')], default='active', max_length=15, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='postbackrule',
            name='status_reason',
            field=models.CharField(blank=True, editable=False, max_length=300, verbose_name='status reason'),
        ),
        migrations.AlterField(
            model_name='postbackrule',
            name='trigger',
            field=models.CharField(choices=[('conversion_done', 'Conversion Done'), ('conversion_pending', 'Conversion Pending'), ('conversion_reject', 'Conversion Reject'), ('conversion_any', 'Conversion, any status'), ('event', 'Event')], max_length=20, verbose_name='trigger'),
        ),
        migrations.AlterField(
            model_name='postbackrule',
            name='updated_at',
            field=models.DateTimeField(auto_now=True, verbose_name='updated at'),
        ),
        migrations.AlterField(
            model_name='postbackrule',
            name='use_case',
            field=models.CharField(blank=True, choices=[('billable', 'Billable Conversions'), ('touched', 'Touched Conversions'), ('all', 'All Events')], max_length=10, verbose_name='use case'),
        ),
        migrations.AlterField(
            model_name='rulecap',
            name='maximum',
            field=models.PositiveIntegerField(verbose_name='maximum'),
        ),
        migrations.AlterField(
            model_name='rulecap',
            name='period',
            field=models.CharField(choices=[('hour', 'hour'), ('day', 'day'), ('week', 'week'), ('month', 'month'), ('total', 'ever')], max_length=5, verbose_name='period'),
        ),
        migrations.AlterField(
            model_name='rulecap',
            name='rule',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='caps', to='postbacks.postbackrule', verbose_name='rule'),
        ),
        migrations.AlterField(
            model_name='rulecapcount',
            name='count',
            field=models.PositiveIntegerField(verbose_name='count'),
        ),
        migrations.AlterField(
            model_name='rulecapcount',
            name='period',
            field=models.CharField(choices=[('hour', 'hour'), ('day', 'day'), ('week', 'week'), ('month', 'month'), ('total', 'ever')], max_length=5, verbose_name='period'),
        ),
        migrations.AlterField(
            model_name='rulecapcount',
            name='period_start',
            field=models.DateTimeField(verbose_name='period start'),
        ),
        migrations.AlterField(
            model_name='rulecapcount',
            name='rule',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='postbacks.postbackrule', verbose_name='rule'),
        ),
        migrations.AlterField(
            model_name='rulecondition',
            name='field',
            field=models.CharField(help_text='A custom field, a parameter of the event or click, or e.g. sale_amount, currency, country, sub1, status_reason.', max_length=100, verbose_name='field'),
        ),
        migrations.AlterField(
            model_name='rulecondition',
            name='operator',
            field=models.CharField(choices=[('is', 'is'), ('is_not', 'is not'), ('contains', 'contains'), ('contains_not', 'does not contain'), ('starts_with', 'starts with'), ('in', 'is one of'), ('not_in', 'is none of'), ('above', 'is above / after'), ('at_least', 'is at least / from'), ('below', 'is below / before'), ('at_most', 'is at most / until'), ('present', 'is given'), ('absent', 'is not given'), ('matches', 'matches the expression')], max_length=12, verbose_name='operator'),
        ),
        migrations.AlterField(
            model_name='rulecondition',
            name='rule',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='field_conditions', to='postbacks.postbackrule', verbose_name='rule'),
        ),
        migrations.AlterField(
            model_name='rulecondition',
            name='value',
            field=models.CharField(blank=True, help_text='Several: separated by commas.', max_length=500, verbose_name='value'),
        ),
        migrations.AlterField(
            model_name='rulecustomevent',
            name='rule',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='custom_events', to='postbacks.postbackrule', verbose_name='rule'),
        ),
        migrations.AlterField(
            model_name='rulecustomevent',
            name='send_as',
            field=models.CharField(blank=True, help_text='The name the partner gets; empty: the same.', max_length=200, verbose_name='send as'),
        ),
        migrations.AlterField(
            model_name='rulerevision',
            name='author',
            field=models.ForeignKey(help_text='Empty: the system, e.g. after too many failures.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author'),
        ),
        migrations.AlterField(
            model_name='rulerevision',
            name='comment',
            field=models.CharField(blank=True, max_length=300, verbose_name='comment'),
        ),
        migrations.AlterField(
            model_name='rulerevision',
            name='created_at',
            field=models.DateTimeField(verbose_name='created at'),
        ),
        migrations.AlterField(
            model_name='rulerevision',
            name='number',
            field=models.PositiveIntegerField(verbose_name='number'),
        ),
        migrations.AlterField(
            model_name='rulerevision',
            name='rule',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='revisions', to='postbacks.postbackrule', verbose_name='rule'),
        ),
        migrations.AlterField(
            model_name='rulerevision',
            name='sealed_secrets',
            field=models.TextField(blank=True, default='', verbose_name='sealed secrets'),
        ),
        migrations.AlterField(
            model_name='rulerevision',
            name='snapshot',
            field=models.JSONField(verbose_name='snapshot'),
        ),
        migrations.AlterField(
            model_name='rulewindow',
            name='rule',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='windows', to='postbacks.postbackrule', verbose_name='rule'),
        ),
        migrations.AlterField(
            model_name='rulewindow',
            name='weekday',
            field=models.PositiveSmallIntegerField(choices=[(0, 'Monday'), (1, 'Tuesday'), (2, 'Wednesday'), (3, 'Thursday'), (4, 'Friday'), (5, 'Saturday'), (6, 'Sunday')], verbose_name='weekday'),
        ),
        migrations.AlterField(
            model_name='simulation',
            name='author',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author'),
        ),
        migrations.AlterField(
            model_name='simulation',
            name='cap_counts',
            field=models.JSONField(default=dict, verbose_name='cap counts'),
        ),
        migrations.AlterField(
            model_name='simulation',
            name='created_at',
            field=models.DateTimeField(auto_now_add=True, verbose_name='created at'),
        ),
        migrations.AlterField(
            model_name='simulation',
            name='ends_at',
            field=models.DateTimeField(verbose_name='ends at'),
        ),
        migrations.AlterField(
            model_name='simulation',
            name='examined',
            field=models.PositiveBigIntegerField(default=0, verbose_name='examined'),
        ),
        migrations.AlterField(
            model_name='simulation',
            name='fired',
            field=models.PositiveBigIntegerField(default=0, verbose_name='fired'),
        ),
        migrations.AlterField(
            model_name='simulation',
            name='last_id',
            field=models.UUIDField(null=True, verbose_name='last id'),
        ),
        migrations.AlterField(
            model_name='simulation',
            name='per_day',
            field=models.JSONField(default=dict, verbose_name='per day'),
        ),
        migrations.AlterField(
            model_name='simulation',
            name='revision',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='postbacks.rulerevision', verbose_name='revision'),
        ),
        migrations.AlterField(
            model_name='simulation',
            name='rule',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='simulations', to='postbacks.postbackrule', verbose_name='rule'),
        ),
        migrations.AlterField(
            model_name='simulation',
            name='samples',
            field=models.JSONField(default=list, verbose_name='samples'),
        ),
        migrations.AlterField(
            model_name='simulation',
            name='starts_at',
            field=models.DateTimeField(verbose_name='starts at'),
        ),
        migrations.AlterField(
            model_name='simulation',
            name='state',
            field=models.CharField(choices=[('running', 'Running'), ('done', 'Done'), ('cancelled', 'Cancelled')], default='running', max_length=10, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='simulation',
            name='suppressed',
            field=models.PositiveBigIntegerField(default=0, verbose_name='suppressed'),
        ),
        migrations.AlterField(
            model_name='simulation',
            name='updated_at',
            field=models.DateTimeField(auto_now=True, verbose_name='updated at'),
        ),
    ]
