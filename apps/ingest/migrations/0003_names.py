"""Names of models and fields, marked for translation: no change of a table."""

import apps.core.ids
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ingest', '0002_hold_schedule'),
        ('offers', '0004_names'),
        ('tracking', '0011_names'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='refusedrequest',
            options={'verbose_name': 'refused request', 'verbose_name_plural': 'refused requests'},
        ),
        migrations.AlterField(
            model_name='refusedrequest',
            name='detail',
            field=models.CharField(blank=True, max_length=500, verbose_name='detail'),
        ),
        migrations.AlterField(
            model_name='refusedrequest',
            name='event_name',
            field=models.CharField(blank=True, max_length=200, verbose_name='event name'),
        ),
        migrations.AlterField(
            model_name='refusedrequest',
            name='fields',
            field=models.JSONField(default=dict, verbose_name='fields'),
        ),
        migrations.AlterField(
            model_name='refusedrequest',
            name='first_event',
            field=models.ForeignKey(db_index=False, help_text='The event that a duplicate repeats.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='tracking.event', verbose_name='first event'),
        ),
        migrations.AlterField(
            model_name='refusedrequest',
            name='headers',
            field=models.JSONField(default=dict, verbose_name='headers'),
        ),
        migrations.AlterField(
            model_name='refusedrequest',
            name='id',
            field=models.UUIDField(default=apps.core.ids.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='id'),
        ),
        migrations.AlterField(
            model_name='refusedrequest',
            name='method',
            field=models.CharField(max_length=8, verbose_name='method'),
        ),
        migrations.AlterField(
            model_name='refusedrequest',
            name='offer',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='offers.offer', verbose_name='offer'),
        ),
        migrations.AlterField(
            model_name='refusedrequest',
            name='path',
            field=models.CharField(max_length=500, verbose_name='path'),
        ),
        migrations.AlterField(
            model_name='refusedrequest',
            name='reason',
            field=models.CharField(max_length=80, verbose_name='reason'),
        ),
        migrations.AlterField(
            model_name='refusedrequest',
            name='received_at',
            field=models.DateTimeField(verbose_name='received at'),
        ),
        migrations.AlterField(
            model_name='refusedrequest',
            name='remote_address',
            field=models.GenericIPAddressField(null=True, verbose_name='remote address'),
        ),
        migrations.AlterField(
            model_name='refusedrequest',
            name='result',
            field=models.CharField(choices=[('accepted', 'Accepted'), ('duplicate', 'Duplicate'), ('refused', 'Refused')], max_length=10, verbose_name='result'),
        ),
        migrations.AlterField(
            model_name='refusedrequest',
            name='token_prefix',
            field=models.CharField(blank=True, max_length=8, verbose_name='token prefix'),
        ),
        migrations.AlterField(
            model_name='refusedrequest',
            name='transaction_id',
            field=models.CharField(blank=True, max_length=64, verbose_name='transaction id'),
        ),
    ]
