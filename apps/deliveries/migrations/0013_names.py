"""Names of models and fields, marked for translation: no change of a table."""

import apps.core.ids
import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_names'),
        ('deliveries', '0012_underway'),
        ('offers', '0003_hold_days'),
        ('postbacks', '0008_owners'),
        ('tracking', '0010_list_indexes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='alert',
            options={'verbose_name': 'alert', 'verbose_name_plural': 'alerts'},
        ),
        migrations.AlterModelOptions(
            name='alertchannel',
            options={'verbose_name': 'alert channel', 'verbose_name_plural': 'alert channels'},
        ),
        migrations.AlterModelOptions(
            name='alertnotice',
            options={'verbose_name': 'alert notice', 'verbose_name_plural': 'alert notices'},
        ),
        migrations.AlterModelOptions(
            name='attempt',
            options={'verbose_name': 'attempt', 'verbose_name_plural': 'attempts'},
        ),
        migrations.AlterModelOptions(
            name='delivery',
            options={'verbose_name': 'delivery', 'verbose_name_plural': 'deliveries'},
        ),
        migrations.AlterModelOptions(
            name='destination',
            options={'verbose_name': 'destination', 'verbose_name_plural': 'destinations'},
        ),
        migrations.AlterModelOptions(
            name='finding',
            options={'verbose_name': 'finding', 'verbose_name_plural': 'findings'},
        ),
        migrations.AlterModelOptions(
            name='replay',
            options={'verbose_name': 'replay', 'verbose_name_plural': 'replays'},
        ),
        migrations.AlterModelOptions(
            name='rulehealth',
            options={'verbose_name': 'rule health', 'verbose_name_plural': 'rule health'},
        ),
        migrations.AlterModelOptions(
            name='workershift',
            options={'verbose_name': 'worker shift', 'verbose_name_plural': 'worker shifts'},
        ),
        migrations.AlterField(
            model_name='alert',
            name='changed_at',
            field=models.DateTimeField(verbose_name='changed at'),
        ),
        migrations.AlterField(
            model_name='alert',
            name='kind',
            field=models.CharField(choices=[('rule_failing', 'A postback fails'), ('rule_paused', 'A postback was disabled'), ('connection_auth', 'Credentials were refused'), ('destination_down', 'A destination does not answer'), ('backlog', 'Deliveries wait for too long'), ('worker_dead', 'A worker died'), ('exhausted', 'Deliveries failed for good'), ('unexplained', 'Something is unexplained')], max_length=20, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='alert',
            name='level',
            field=models.PositiveSmallIntegerField(default=100, help_text='Percent of the threshold.', verbose_name='level'),
        ),
        migrations.AlterField(
            model_name='alert',
            name='message',
            field=models.CharField(max_length=500, verbose_name='message'),
        ),
        migrations.AlterField(
            model_name='alert',
            name='name',
            field=models.CharField(help_text='What it is about, in words.', max_length=320, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='alert',
            name='opened_at',
            field=models.DateTimeField(verbose_name='opened at'),
        ),
        migrations.AlterField(
            model_name='alert',
            name='resolved_at',
            field=models.DateTimeField(null=True, verbose_name='resolved at'),
        ),
        migrations.AlterField(
            model_name='alert',
            name='subject',
            field=models.CharField(help_text='What it is about, as a code: rule:12.', max_length=320, verbose_name='subject'),
        ),
        migrations.AlterField(
            model_name='alertchannel',
            name='created_at',
            field=models.DateTimeField(auto_now_add=True, verbose_name='created at'),
        ),
        migrations.AlterField(
            model_name='alertchannel',
            name='kind',
            field=models.CharField(choices=[('email', 'E-mail'), ('slack', 'Slack')], max_length=5, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='alertchannel',
            name='name',
            field=models.CharField(max_length=100, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='alertchannel',
            name='sealed_url',
            field=models.TextField(blank=True, default='', editable=False, verbose_name='sealed url'),
        ),
        migrations.AlterField(
            model_name='alertchannel',
            name='updated_at',
            field=models.DateTimeField(auto_now=True, verbose_name='updated at'),
        ),
        migrations.AlterField(
            model_name='alertnotice',
            name='alert',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='deliveries.alert', verbose_name='alert'),
        ),
        migrations.AlterField(
            model_name='alertnotice',
            name='attempts',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='attempts'),
        ),
        migrations.AlterField(
            model_name='alertnotice',
            name='channel',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='deliveries.alertchannel', verbose_name='channel'),
        ),
        migrations.AlterField(
            model_name='alertnotice',
            name='created_at',
            field=models.DateTimeField(verbose_name='created at'),
        ),
        migrations.AlterField(
            model_name='alertnotice',
            name='due_at',
            field=models.DateTimeField(verbose_name='due at'),
        ),
        migrations.AlterField(
            model_name='alertnotice',
            name='error',
            field=models.CharField(blank=True, max_length=300, verbose_name='error'),
        ),
        migrations.AlterField(
            model_name='alertnotice',
            name='level',
            field=models.PositiveSmallIntegerField(help_text='The level of the alert that is told; 0: that it is over.', verbose_name='level'),
        ),
        migrations.AlterField(
            model_name='alertnotice',
            name='sent_at',
            field=models.DateTimeField(null=True, verbose_name='sent at'),
        ),
        migrations.AlterField(
            model_name='alertnotice',
            name='state',
            field=models.CharField(choices=[('pending', 'Pending'), ('sent', 'Sent'), ('failed', 'Failed')], default='pending', max_length=7, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='alertnotice',
            name='text',
            field=models.CharField(max_length=600, verbose_name='text'),
        ),
        migrations.AlterField(
            model_name='attempt',
            name='address',
            field=models.CharField(blank=True, max_length=45, verbose_name='address'),
        ),
        migrations.AlterField(
            model_name='attempt',
            name='code',
            field=models.CharField(blank=True, max_length=60, verbose_name='code'),
        ),
        migrations.AlterField(
            model_name='attempt',
            name='delivery',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='attempt_log', to='deliveries.delivery', verbose_name='delivery'),
        ),
        migrations.AlterField(
            model_name='attempt',
            name='duration_ms',
            field=models.PositiveIntegerField(default=0, verbose_name='duration ms'),
        ),
        migrations.AlterField(
            model_name='attempt',
            name='findings',
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict, help_text='What the provider told that people may look for, by name.', verbose_name='findings'),
        ),
        migrations.AlterField(
            model_name='attempt',
            name='is_truncated',
            field=models.BooleanField(default=False, verbose_name='is truncated'),
        ),
        migrations.AlterField(
            model_name='attempt',
            name='message',
            field=models.CharField(blank=True, max_length=500, verbose_name='message'),
        ),
        migrations.AlterField(
            model_name='attempt',
            name='number',
            field=models.PositiveIntegerField(verbose_name='number'),
        ),
        migrations.AlterField(
            model_name='attempt',
            name='outcome',
            field=models.CharField(choices=[('success', 'Success'), ('skipped', 'Nothing to send'), ('retry', 'Not accepted yet'), ('ambiguous', 'May have been accepted'), ('permanent', 'Refused for good'), ('auth', 'Credentials refused'), ('unknown', 'The worker died'), ('underway', 'Taken, its result is open')], max_length=10, verbose_name='outcome'),
        ),
        migrations.AlterField(
            model_name='attempt',
            name='request',
            field=models.JSONField(null=True, verbose_name='request'),
        ),
        migrations.AlterField(
            model_name='attempt',
            name='response_body',
            field=models.TextField(blank=True, verbose_name='response body'),
        ),
        migrations.AlterField(
            model_name='attempt',
            name='response_headers',
            field=models.JSONField(default=dict, verbose_name='response headers'),
        ),
        migrations.AlterField(
            model_name='attempt',
            name='response_status',
            field=models.PositiveSmallIntegerField(null=True, verbose_name='response status'),
        ),
        migrations.AlterField(
            model_name='attempt',
            name='started_at',
            field=models.DateTimeField(verbose_name='started at'),
        ),
        migrations.AlterField(
            model_name='attempt',
            name='worker',
            field=models.CharField(blank=True, help_text='Host and process that made it.', max_length=200, verbose_name='worker'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='affiliate',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='accounts.affiliate', verbose_name='affiliate'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='attempts_before',
            field=models.PositiveIntegerField(db_default=0, default=0, help_text='Attempts made when it was sent again last: its retries begin anew.', verbose_name='attempts before'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='click',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='tracking.click', verbose_name='click'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='conversion',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='tracking.conversion', verbose_name='conversion'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='created_at',
            field=models.DateTimeField(verbose_name='created at'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='destination',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='deliveries.destination', verbose_name='destination'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='due_at',
            field=models.DateTimeField(verbose_name='due at'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='event',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='tracking.event', verbose_name='event'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='finished_at',
            field=models.DateTimeField(null=True, verbose_name='finished at'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='id',
            field=models.UUIDField(default=apps.core.ids.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='id'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='kind',
            field=models.CharField(choices=[('live', 'Live'), ('test', 'Test'), ('replay', 'Replay')], default='live', max_length=6, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='lease_token',
            field=models.UUIDField(null=True, verbose_name='lease token'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='lease_until',
            field=models.DateTimeField(null=True, verbose_name='lease until'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='message',
            field=models.CharField(blank=True, max_length=500, verbose_name='message'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='offer',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='offers.offer', verbose_name='offer'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='order_key',
            field=models.CharField(blank=True, db_default='', help_text='Of a rule that keeps the order: its transaction.', max_length=255, verbose_name='order key'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='reason',
            field=models.CharField(blank=True, help_text='Why it is held or suppressed, as a code.', max_length=40, verbose_name='reason'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='replay',
            field=models.ForeignKey(db_index=False, help_text='The replay that planned it or had it sent again last.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='deliveries.replay', verbose_name='replay'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='revision',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='postbacks.rulerevision', verbose_name='revision'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='rule',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='postbacks.postbackrule', verbose_name='rule'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='state',
            field=models.CharField(choices=[('pending', 'Pending'), ('sending', 'Sending'), ('retrying', 'Retrying'), ('held', 'Held'), ('delivered', 'Delivered'), ('failed', 'Failed'), ('suppressed', 'Suppressed'), ('cancelled', 'Cancelled')], default='pending', max_length=10, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='ticket',
            field=models.CharField(blank=True, db_default='', help_text='What the provider calls what it took, until it tells the result: the next attempt asks for it and sends nothing.', max_length=100, verbose_name='ticket'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='trigger_id',
            field=models.UUIDField(verbose_name='trigger id'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='trigger_type',
            field=models.CharField(choices=[('event', 'Event'), ('conversion_change', 'Conversion change')], max_length=20, verbose_name='trigger type'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='underway_since',
            field=models.DateTimeField(null=True, verbose_name='underway since'),
        ),
        migrations.AlterField(
            model_name='destination',
            name='breaker',
            field=models.CharField(choices=[('closed', 'Closed: it answers'), ('open', 'Open: it does not answer'), ('half_open', 'Half open: one request tries')], default='closed', editable=False, max_length=9, verbose_name='breaker'),
        ),
        migrations.AlterField(
            model_name='destination',
            name='created_at',
            field=models.DateTimeField(auto_now_add=True, verbose_name='created at'),
        ),
        migrations.AlterField(
            model_name='destination',
            name='key',
            field=models.CharField(max_length=300, verbose_name='key'),
        ),
        migrations.AlterField(
            model_name='destination',
            name='maximum_concurrency',
            field=models.PositiveSmallIntegerField(blank=True, help_text='At most so many requests at the same time, all workers together. Empty: as many as there are threads.', null=True, verbose_name='maximum concurrency'),
        ),
        migrations.AlterField(
            model_name='destination',
            name='paused_reason',
            field=models.CharField(blank=True, max_length=300, verbose_name='paused reason'),
        ),
        migrations.AlterField(
            model_name='destination',
            name='paused_until',
            field=models.DateTimeField(blank=True, null=True, verbose_name='paused until'),
        ),
        migrations.AlterField(
            model_name='destination',
            name='rate_per_second',
            field=models.FloatField(blank=True, help_text='At most so many requests per second, e.g. 5 or 0.5. Empty: any.', null=True, verbose_name='rate per second'),
        ),
        migrations.AlterField(
            model_name='destination',
            name='state',
            field=models.CharField(choices=[('open', 'Open'), ('paused', 'Paused')], default='open', max_length=6, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='destination',
            name='tokens',
            field=models.FloatField(default=0, editable=False, verbose_name='tokens'),
        ),
        migrations.AlterField(
            model_name='destination',
            name='tokens_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='tokens at'),
        ),
        migrations.AlterField(
            model_name='destination',
            name='trips',
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name='trips'),
        ),
        migrations.AlterField(
            model_name='finding',
            name='found_at',
            field=models.DateTimeField(verbose_name='found at'),
        ),
        migrations.AlterField(
            model_name='finding',
            name='text',
            field=models.CharField(max_length=500, verbose_name='text'),
        ),
        migrations.AlterField(
            model_name='finding',
            name='what',
            field=models.CharField(max_length=200, verbose_name='what'),
        ),
        migrations.AlterField(
            model_name='replay',
            name='author',
            field=models.ForeignKey(help_text='Empty: an API token.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author'),
        ),
        migrations.AlterField(
            model_name='replay',
            name='comment',
            field=models.CharField(blank=True, max_length=300, verbose_name='comment'),
        ),
        migrations.AlterField(
            model_name='replay',
            name='created_at',
            field=models.DateTimeField(auto_now_add=True, verbose_name='created at'),
        ),
        migrations.AlterField(
            model_name='replay',
            name='destination',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='deliveries.destination', verbose_name='destination'),
        ),
        migrations.AlterField(
            model_name='replay',
            name='examined',
            field=models.PositiveBigIntegerField(default=0, verbose_name='examined'),
        ),
        migrations.AlterField(
            model_name='replay',
            name='finished_at',
            field=models.DateTimeField(null=True, verbose_name='finished at'),
        ),
        migrations.AlterField(
            model_name='replay',
            name='id',
            field=models.UUIDField(default=apps.core.ids.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='id'),
        ),
        migrations.AlterField(
            model_name='replay',
            name='kind',
            field=models.CharField(choices=[('resend', 'Send again'), ('backfill', 'Send what already happened')], max_length=8, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='replay',
            name='last_id',
            field=models.UUIDField(null=True, verbose_name='last id'),
        ),
        migrations.AlterField(
            model_name='replay',
            name='offer',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='offers.offer', verbose_name='offer'),
        ),
        migrations.AlterField(
            model_name='replay',
            name='paced_until',
            field=models.DateTimeField(help_text='Until when the limited rate is used up.', null=True, verbose_name='paced until'),
        ),
        migrations.AlterField(
            model_name='replay',
            name='planned',
            field=models.PositiveBigIntegerField(default=0, verbose_name='planned'),
        ),
        migrations.AlterField(
            model_name='replay',
            name='skipped',
            field=models.PositiveBigIntegerField(default=0, verbose_name='skipped'),
        ),
        migrations.AlterField(
            model_name='replay',
            name='started_at',
            field=models.DateTimeField(null=True, verbose_name='started at'),
        ),
        migrations.AlterField(
            model_name='replay',
            name='state',
            field=models.CharField(choices=[('draft', 'Not confirmed'), ('running', 'Running'), ('paused', 'Paused'), ('done', 'Done'), ('cancelled', 'Cancelled')], default='draft', max_length=9, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='replay',
            name='states',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('pending', 'Pending'), ('sending', 'Sending'), ('retrying', 'Retrying'), ('held', 'Held'), ('delivered', 'Delivered'), ('failed', 'Failed'), ('suppressed', 'Suppressed'), ('cancelled', 'Cancelled')], max_length=10), blank=True, default=list, size=None, verbose_name='states'),
        ),
        migrations.AlterField(
            model_name='replay',
            name='total',
            field=models.PositiveBigIntegerField(default=0, verbose_name='total'),
        ),
        migrations.AlterField(
            model_name='replay',
            name='updated_at',
            field=models.DateTimeField(auto_now=True, verbose_name='updated at'),
        ),
        migrations.AlterField(
            model_name='rulehealth',
            name='failing_since',
            field=models.DateTimeField(null=True, verbose_name='failing since'),
        ),
        migrations.AlterField(
            model_name='rulehealth',
            name='last_message',
            field=models.CharField(blank=True, max_length=500, verbose_name='last message'),
        ),
        migrations.AlterField(
            model_name='rulehealth',
            name='rule',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='health', serialize=False, to='postbacks.postbackrule', verbose_name='rule'),
        ),
        migrations.AlterField(
            model_name='workershift',
            name='accepting_until',
            field=models.DateTimeField(verbose_name='accepting until'),
        ),
        migrations.AlterField(
            model_name='workershift',
            name='ended_at',
            field=models.DateTimeField(null=True, verbose_name='ended at'),
        ),
        migrations.AlterField(
            model_name='workershift',
            name='id',
            field=models.UUIDField(default=apps.core.ids.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='id'),
        ),
        migrations.AlterField(
            model_name='workershift',
            name='seen_at',
            field=models.DateTimeField(verbose_name='seen at'),
        ),
        migrations.AlterField(
            model_name='workershift',
            name='started_at',
            field=models.DateTimeField(verbose_name='started at'),
        ),
        migrations.AlterField(
            model_name='workershift',
            name='worker',
            field=models.CharField(max_length=200, verbose_name='worker'),
        ),
    ]
