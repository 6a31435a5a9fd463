"""Subjects, their events and touches, periods and facts."""

import apps.core.ids
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0004_sign_in'),
        ('offers', '0005_attribution_settings'),
        ('tracking', '0010_list_indexes'),
    ]

    operations = [
        migrations.CreateModel(
            name='Subject',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('device', 'Device'), ('user', 'User')], max_length=6)),
                ('scope', models.GeneratedField(db_persist=True, expression=models.Case(models.When(offer__isnull=False, then=django.db.models.functions.text.Concat(models.Value('o', models.TextField()), django.db.models.functions.comparison.Cast('offer_id', models.TextField()), output_field=models.TextField())), models.When(project__isnull=False, then=django.db.models.functions.text.Concat(models.Value('p', models.TextField()), django.db.models.functions.comparison.Cast('project_id', models.TextField()), output_field=models.TextField())), default=django.db.models.functions.text.Concat(models.Value('a', models.TextField()), django.db.models.functions.comparison.Cast('advertiser_id', models.TextField()), output_field=models.TextField())), output_field=models.TextField())),
                ('external_id', models.CharField(max_length=120)),
                ('state', models.JSONField(default=dict)),
                ('is_disturbed', models.BooleanField(default=False)),
                ('first_seen_at', models.DateTimeField(null=True)),
                ('last_activity_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField()),
                ('advertiser', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.advertiser')),
                ('offer', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='offers.offer')),
                ('project', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='offers.project')),
            ],
        ),
        migrations.CreateModel(
            name='Period',
            fields=[
                ('id', models.UUIDField(default=apps.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('cause', models.CharField(choices=[('first', 'First appearance'), ('re_engagement', 'Re-engagement'), ('re_install', 'Re-install'), ('last_visit', 'Visit from another source')], max_length=13)),
                ('started_at', models.DateTimeField()),
                ('is_superseded', models.BooleanField(default=False, verbose_name='superseded')),
                ('affiliate', models.ForeignKey(db_index=False, help_text='The source. Empty: organic.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.affiliate')),
                ('click', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracking.click')),
                ('opened_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='opened_periods', to='tracking.event')),
                ('subject', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='periods', to='attribution.subject')),
            ],
        ),
        migrations.CreateModel(
            name='Fact',
            fields=[
                ('id', models.UUIDField(default=apps.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('install', 'Install'), ('new_user', 'New user'), ('re_engagement', 'Re-engagement'), ('re_install', 'Re-install'), ('first_purchase', 'First purchase'), ('first_purchase_ca', 'First purchase CA'), ('purchase', 'Purchase'), ('purchase_ca', 'Purchase CA'), ('first_custom_revenue', 'First custom revenue'), ('first_custom_revenue_ca', 'First custom revenue CA'), ('custom_revenue', 'Custom revenue'), ('custom_revenue_ca', 'Custom revenue CA'), ('first_registration', 'First registration'), ('registration', 'Registration'), ('registration_ca', 'Registration CA'), ('first_authorization', 'First authorization'), ('authorization', 'Authorization'), ('authorization_ca', 'Authorization CA'), ('custom_event', 'Custom event'), ('custom_event_ca', 'Custom event CA')], max_length=25)),
                ('slot', models.CharField(help_text='Once in a lifetime, per period (what opened it) or per event.', max_length=36)),
                ('state', models.CharField(choices=[('announced', 'Announced'), ('suppressed', 'Suppressed'), ('retracted', 'Retracted')], max_length=10)),
                ('reason', models.CharField(blank=True, choices=[('slot_taken', 'One of its kind was announced before'), ('already_announced', 'It was announced before'), ('history', 'It is history that was imported')], max_length=20)),
                ('decided_at', models.DateTimeField()),
                ('retraction_id', models.UUIDField(help_text='What postbacks that listen to «delete» are told about.', null=True)),
                ('retracted_at', models.DateTimeField(null=True)),
                ('affiliate', models.ForeignKey(db_constraint=False, db_index=False, help_text='The source it is told to. Empty: organic.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='facts', to='accounts.affiliate')),
                ('event', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='facts', to='tracking.event')),
                ('retracted_by', models.ForeignKey(db_index=False, help_text='The late event that made it untrue.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='retracted_facts', to='tracking.event')),
                ('period', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='facts', to='attribution.period')),
                ('subject', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='facts', to='attribution.subject')),
            ],
        ),
        migrations.CreateModel(
            name='SubjectEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('occurred_at', models.DateTimeField()),
                ('kind', models.CharField(max_length=14)),
                ('is_activity', models.BooleanField()),
                ('inactivity_days', models.PositiveSmallIntegerField()),
                ('takes_organic', models.BooleanField()),
                ('takes_visits', models.BooleanField()),
                ('state', models.CharField(choices=[('counted', 'Counted'), ('waiting', 'Waits for the settle window'), ('too_late', 'Came too late')], max_length=8)),
                ('settles_at', models.DateTimeField(null=True)),
                ('affiliate', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.affiliate')),
                ('click', models.ForeignKey(db_constraint=False, db_index=False, help_text="The touch: an affiliate's last click within the look-back.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracking.click')),
                ('event', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='subject_events', to='tracking.event')),
                ('subject', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='timeline', to='attribution.subject')),
            ],
        ),
        migrations.CreateModel(
            name='Touch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('touched_at', models.DateTimeField()),
                ('affiliate', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.affiliate')),
                ('click', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='touches', to='tracking.click')),
                ('subject', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='touches', to='attribution.subject')),
            ],
        ),
        migrations.AddIndex(
            model_name='subject',
            index=models.Index(fields=['external_id'], name='subject_by_external_id'),
        ),
        migrations.AddConstraint(
            model_name='subject',
            constraint=models.UniqueConstraint(fields=('scope', 'external_id'), name='subject_unique'),
        ),
        migrations.AddConstraint(
            model_name='subject',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('advertiser', None), ('kind', 'device'), ('offer__isnull', False), ('project', None)), models.Q(('advertiser', None), ('kind', 'user'), ('offer', None), ('project__isnull', False)), models.Q(('advertiser__isnull', False), ('kind', 'user'), ('offer', None), ('project', None)), _connector='OR'), name='subject_has_one_scope'),
        ),
        migrations.AddConstraint(
            model_name='subject',
            constraint=models.CheckConstraint(condition=models.Q(('external_id', ''), _negated=True), name='subject_has_an_id'),
        ),
        migrations.AddConstraint(
            model_name='period',
            constraint=models.UniqueConstraint(fields=('subject', 'opened_by'), name='period_opened_once'),
        ),
        migrations.AddIndex(
            model_name='fact',
            index=models.Index(condition=models.Q(('retraction_id__isnull', False)), fields=['retraction_id'], name='fact_by_retraction'),
        ),
        migrations.AddIndex(
            model_name='fact',
            index=django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['decided_at'], name='fact_by_time'),
        ),
        migrations.AddConstraint(
            model_name='fact',
            constraint=models.UniqueConstraint(condition=models.Q(('reason', 'slot_taken'), _negated=True), fields=('subject', 'kind', 'slot'), name='fact_once_per_slot'),
        ),
        migrations.AddConstraint(
            model_name='fact',
            constraint=models.UniqueConstraint(condition=models.Q(('reason__in', ('slot_taken', 'already_announced')), _negated=True), fields=('subject', 'kind', 'event'), name='fact_once_per_event'),
        ),
        migrations.AddConstraint(
            model_name='fact',
            constraint=models.UniqueConstraint(fields=('event', 'subject', 'kind', 'slot'), name='fact_known_once'),
        ),
        migrations.AddConstraint(
            model_name='fact',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'suppressed'), models.Q(('reason', ''), _negated=True)), models.Q(models.Q(('state', 'suppressed'), _negated=True), ('reason', '')), _connector='OR'), name='fact_suppressed_for_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='fact',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'retracted'), _negated=True), models.Q(('retracted_at__isnull', False), ('retracted_by__isnull', False), ('retraction_id__isnull', False)), _connector='OR'), name='fact_retracted_by_an_event'),
        ),
        migrations.AddConstraint(
            model_name='fact',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['install', 'new_user', 're_engagement', 're_install', 'first_purchase', 'first_purchase_ca', 'purchase', 'purchase_ca', 'first_custom_revenue', 'first_custom_revenue_ca', 'custom_revenue', 'custom_revenue_ca', 'first_registration', 'registration', 'registration_ca', 'first_authorization', 'authorization', 'authorization_ca', 'custom_event', 'custom_event_ca'])), name='fact_kind_is_known'),
        ),
        migrations.AddIndex(
            model_name='subjectevent',
            index=models.Index(fields=['subject', 'occurred_at'], name='subject_event_story'),
        ),
        migrations.AddIndex(
            model_name='subjectevent',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['settles_at'], name='subject_event_waiting'),
        ),
        migrations.AddConstraint(
            model_name='subjectevent',
            constraint=models.UniqueConstraint(fields=('event', 'subject'), name='subject_event_unique'),
        ),
        migrations.AddConstraint(
            model_name='subjectevent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('settles_at__isnull', False), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('settles_at', None)), _connector='OR'), name='subject_event_settles_while_waiting'),
        ),
        migrations.AddConstraint(
            model_name='subjectevent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('affiliate', None), ('click', None)), models.Q(('affiliate__isnull', False), ('click__isnull', False)), _connector='OR'), name='subject_event_touch_is_complete'),
        ),
        migrations.AddIndex(
            model_name='touch',
            index=models.Index(fields=['subject', 'touched_at'], name='touch_of_subject'),
        ),
        migrations.AddConstraint(
            model_name='touch',
            constraint=models.UniqueConstraint(fields=('subject', 'click'), name='touch_unique'),
        ),
    ]
