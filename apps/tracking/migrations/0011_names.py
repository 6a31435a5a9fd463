"""Names of models and fields, marked for translation: no change of a table."""

import apps.core.ids
import apps.tracking.models.clicks
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_names'),
        ('events', '0006_names'),
        ('goals', '0004_names'),
        ('offers', '0004_names'),
        ('tracking', '0010_list_indexes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='click',
            options={'verbose_name': 'click', 'verbose_name_plural': 'clicks'},
        ),
        migrations.AlterModelOptions(
            name='conversion',
            options={'verbose_name': 'conversion', 'verbose_name_plural': 'conversions'},
        ),
        migrations.AlterModelOptions(
            name='conversionchange',
            options={'verbose_name': 'conversion change', 'verbose_name_plural': 'conversion changes'},
        ),
        migrations.AlterModelOptions(
            name='event',
            options={'verbose_name': 'event', 'verbose_name_plural': 'events'},
        ),
        migrations.AlterModelOptions(
            name='lead',
            options={'permissions': [('unmask_lead', 'Can see personal data'), ('erase_lead', 'Can erase personal data')], 'verbose_name': 'lead', 'verbose_name_plural': 'leads'},
        ),
        migrations.AlterField(
            model_name='click',
            name='affiliate',
            field=models.ForeignKey(blank=True, db_index=False, help_text='Empty: organic.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='clicks', to='accounts.affiliate', verbose_name='affiliate'),
        ),
        migrations.AlterField(
            model_name='click',
            name='clicked_at',
            field=models.DateTimeField(verbose_name='clicked at'),
        ),
        migrations.AlterField(
            model_name='click',
            name='expires_at',
            field=models.DateTimeField(verbose_name='expires at'),
        ),
        migrations.AlterField(
            model_name='click',
            name='id',
            field=models.UUIDField(default=apps.core.ids.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='id'),
        ),
        migrations.AlterField(
            model_name='click',
            name='ip',
            field=models.GenericIPAddressField(null=True, verbose_name='ip'),
        ),
        migrations.AlterField(
            model_name='click',
            name='offer',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='clicks', to='offers.offer', verbose_name='offer'),
        ),
        migrations.AlterField(
            model_name='click',
            name='params',
            field=models.JSONField(default=dict, verbose_name='params'),
        ),
        migrations.AlterField(
            model_name='click',
            name='referrer',
            field=models.CharField(blank=True, max_length=2000, verbose_name='referrer'),
        ),
        migrations.AlterField(
            model_name='click',
            name='transaction_id',
            field=models.CharField(max_length=64, verbose_name='transaction id'),
        ),
        migrations.AlterField(
            model_name='click',
            name='user_agent',
            field=models.CharField(blank=True, max_length=500, verbose_name='user agent'),
        ),
        migrations.AlterField(
            model_name='conversion',
            name='affiliate',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='conversions', to='accounts.affiliate', verbose_name='affiliate'),
        ),
        migrations.AlterField(
            model_name='conversion',
            name='click',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='conversions', to='tracking.click', verbose_name='click'),
        ),
        migrations.AlterField(
            model_name='conversion',
            name='created_at',
            field=models.DateTimeField(auto_now_add=True, verbose_name='created at'),
        ),
        migrations.AlterField(
            model_name='conversion',
            name='currency',
            field=models.CharField(blank=True, max_length=3, verbose_name='currency'),
        ),
        migrations.AlterField(
            model_name='conversion',
            name='event_type',
            field=models.ForeignKey(db_index=False, help_text='Empty: the base conversion of the transaction.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='conversions', to='events.eventtype', verbose_name='event type'),
        ),
        migrations.AlterField(
            model_name='conversion',
            name='goal',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='conversions', to='goals.goal', verbose_name='goal'),
        ),
        migrations.AlterField(
            model_name='conversion',
            name='hold_until',
            field=models.DateTimeField(help_text='When the hold ends by itself; empty: by hand only.', null=True, verbose_name='hold until'),
        ),
        migrations.AlterField(
            model_name='conversion',
            name='id',
            field=models.UUIDField(default=apps.core.ids.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='id'),
        ),
        migrations.AlterField(
            model_name='conversion',
            name='occurred_at',
            field=models.DateTimeField(verbose_name='occurred at'),
        ),
        migrations.AlterField(
            model_name='conversion',
            name='offer',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='conversions', to='offers.offer', verbose_name='offer'),
        ),
        migrations.AlterField(
            model_name='conversion',
            name='order_id',
            field=models.CharField(blank=True, max_length=120, verbose_name='order id'),
        ),
        migrations.AlterField(
            model_name='conversion',
            name='payout',
            field=models.DecimalField(decimal_places=6, max_digits=18, null=True, verbose_name='payout'),
        ),
        migrations.AlterField(
            model_name='conversion',
            name='revenue',
            field=models.DecimalField(decimal_places=6, max_digits=18, null=True, verbose_name='revenue'),
        ),
        migrations.AlterField(
            model_name='conversion',
            name='sale_amount',
            field=models.DecimalField(decimal_places=6, max_digits=18, null=True, verbose_name='sale amount'),
        ),
        migrations.AlterField(
            model_name='conversion',
            name='sale_currency',
            field=models.CharField(blank=True, max_length=3, verbose_name='sale currency'),
        ),
        migrations.AlterField(
            model_name='conversion',
            name='status',
            field=models.CharField(choices=[('pending', 'Pending'), ('hold', 'On hold'), ('approved', 'Approved'), ('rejected', 'Rejected')], max_length=10, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='conversion',
            name='status_reason',
            field=models.CharField(blank=True, max_length=200, verbose_name='status reason'),
        ),
        migrations.AlterField(
            model_name='conversion',
            name='transaction_id',
            field=models.CharField(max_length=64, verbose_name='transaction id'),
        ),
        migrations.AlterField(
            model_name='conversion',
            name='updated_at',
            field=models.DateTimeField(auto_now=True, verbose_name='updated at'),
        ),
        migrations.AlterField(
            model_name='conversion',
            name='version',
            field=models.PositiveIntegerField(default=1, verbose_name='version'),
        ),
        migrations.AlterField(
            model_name='conversionchange',
            name='actor',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='actor'),
        ),
        migrations.AlterField(
            model_name='conversionchange',
            name='changed_at',
            field=models.DateTimeField(verbose_name='changed at'),
        ),
        migrations.AlterField(
            model_name='conversionchange',
            name='conversion',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='tracking.conversion', verbose_name='conversion'),
        ),
        migrations.AlterField(
            model_name='conversionchange',
            name='event',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='tracking.event', verbose_name='event'),
        ),
        migrations.AlterField(
            model_name='conversionchange',
            name='fires_postbacks',
            field=models.BooleanField(default=True, verbose_name='fires postbacks'),
        ),
        migrations.AlterField(
            model_name='conversionchange',
            name='id',
            field=models.UUIDField(default=apps.core.ids.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='id'),
        ),
        migrations.AlterField(
            model_name='conversionchange',
            name='new_status',
            field=models.CharField(choices=[('pending', 'Pending'), ('hold', 'On hold'), ('approved', 'Approved'), ('rejected', 'Rejected')], max_length=10, verbose_name='new status'),
        ),
        migrations.AlterField(
            model_name='conversionchange',
            name='number',
            field=models.PositiveIntegerField(verbose_name='number'),
        ),
        migrations.AlterField(
            model_name='conversionchange',
            name='old_status',
            field=models.CharField(blank=True, choices=[('pending', 'Pending'), ('hold', 'On hold'), ('approved', 'Approved'), ('rejected', 'Rejected')], max_length=10, verbose_name='old status'),
        ),
        migrations.AlterField(
            model_name='conversionchange',
            name='operation',
            field=models.CharField(choices=[('create', 'Created'), ('update', 'Updated'), ('delete', 'Deleted')], max_length=6, verbose_name='operation'),
        ),
        migrations.AlterField(
            model_name='conversionchange',
            name='reason',
            field=models.CharField(blank=True, max_length=200, verbose_name='reason'),
        ),
        migrations.AlterField(
            model_name='conversionchange',
            name='source',
            field=models.CharField(choices=[('url', 'Postback URL'), ('api', 'API'), ('manual', 'By hand'), ('import', 'Import'), ('system', 'System')], max_length=6, verbose_name='source'),
        ),
        migrations.AlterField(
            model_name='event',
            name='affiliate',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='accounts.affiliate', verbose_name='affiliate'),
        ),
        migrations.AlterField(
            model_name='event',
            name='category',
            field=models.CharField(choices=[('views', 'Views'), ('engagement', 'Engagement'), ('progress', 'Progress'), ('conversions', 'Conversions'), ('partial_conversions', 'Partial conversions'), ('uncategorized', 'Uncategorized')], max_length=20, verbose_name='category'),
        ),
        migrations.AlterField(
            model_name='event',
            name='click',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='tracking.click', verbose_name='click'),
        ),
        migrations.AlterField(
            model_name='event',
            name='conversion',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='tracking.conversion', verbose_name='conversion'),
        ),
        migrations.AlterField(
            model_name='event',
            name='currency',
            field=models.CharField(blank=True, max_length=3, verbose_name='currency'),
        ),
        migrations.AlterField(
            model_name='event',
            name='dedupe_key',
            field=models.CharField(max_length=500, null=True, verbose_name='dedupe key'),
        ),
        migrations.AlterField(
            model_name='event',
            name='event_type',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='events.eventtype', verbose_name='event type'),
        ),
        migrations.AlterField(
            model_name='event',
            name='fields',
            field=models.JSONField(default=dict, verbose_name='fields'),
        ),
        migrations.AlterField(
            model_name='event',
            name='goal',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='goals.goal', verbose_name='goal'),
        ),
        migrations.AlterField(
            model_name='event',
            name='id',
            field=models.UUIDField(default=apps.core.ids.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='id'),
        ),
        migrations.AlterField(
            model_name='event',
            name='name',
            field=models.CharField(blank=True, max_length=200, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='event',
            name='occurred_at',
            field=models.DateTimeField(verbose_name='occurred at'),
        ),
        migrations.AlterField(
            model_name='event',
            name='offer',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='offers.offer', verbose_name='offer'),
        ),
        migrations.AlterField(
            model_name='event',
            name='order_id',
            field=models.CharField(blank=True, max_length=120, verbose_name='order id'),
        ),
        migrations.AlterField(
            model_name='event',
            name='order_key',
            field=models.CharField(max_length=500, null=True, verbose_name='order key'),
        ),
        migrations.AlterField(
            model_name='event',
            name='params',
            field=models.JSONField(default=dict, verbose_name='params'),
        ),
        migrations.AlterField(
            model_name='event',
            name='payout',
            field=models.DecimalField(decimal_places=6, max_digits=18, null=True, verbose_name='payout'),
        ),
        migrations.AlterField(
            model_name='event',
            name='received_at',
            field=models.DateTimeField(verbose_name='received at'),
        ),
        migrations.AlterField(
            model_name='event',
            name='revenue',
            field=models.DecimalField(decimal_places=6, max_digits=18, null=True, verbose_name='revenue'),
        ),
        migrations.AlterField(
            model_name='event',
            name='sale_amount',
            field=models.DecimalField(decimal_places=6, max_digits=18, null=True, verbose_name='sale amount'),
        ),
        migrations.AlterField(
            model_name='event',
            name='sale_currency',
            field=models.CharField(blank=True, max_length=3, verbose_name='sale currency'),
        ),
        migrations.AlterField(
            model_name='event',
            name='source',
            field=models.CharField(choices=[('url', 'Postback URL'), ('api', 'API'), ('manual', 'By hand'), ('import', 'Import'), ('system', 'System')], max_length=6, verbose_name='source'),
        ),
        migrations.AlterField(
            model_name='event',
            name='transaction_id',
            field=models.CharField(max_length=64, verbose_name='transaction id'),
        ),
        migrations.AlterField(
            model_name='event',
            name='triggered_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='triggered by'),
        ),
        migrations.AlterField(
            model_name='lead',
            name='affiliate',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='leads', to='accounts.affiliate', verbose_name='affiliate'),
        ),
        migrations.AlterField(
            model_name='lead',
            name='click',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='leads', to='tracking.click', verbose_name='click'),
        ),
        migrations.AlterField(
            model_name='lead',
            name='created_at',
            field=models.DateTimeField(auto_now_add=True, verbose_name='created at'),
        ),
        migrations.AlterField(
            model_name='lead',
            name='email_hash',
            field=models.CharField(blank=True, editable=False, max_length=64, verbose_name='email hash'),
        ),
        migrations.AlterField(
            model_name='lead',
            name='offer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='leads', to='offers.offer', verbose_name='offer'),
        ),
        migrations.AlterField(
            model_name='lead',
            name='phone_hash',
            field=models.CharField(blank=True, editable=False, max_length=64, verbose_name='phone hash'),
        ),
        migrations.AlterField(
            model_name='lead',
            name='public_id',
            field=models.CharField(default=apps.tracking.models.clicks.new_public_id, max_length=32, verbose_name='public id'),
        ),
        migrations.AlterField(
            model_name='lead',
            name='sealed_contact',
            field=models.TextField(blank=True, default='', editable=False, verbose_name='sealed contact'),
        ),
        migrations.AlterField(
            model_name='lead',
            name='status',
            field=models.CharField(default='new', max_length=30, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='lead',
            name='submitted_at',
            field=models.DateTimeField(verbose_name='submitted at'),
        ),
        migrations.AlterField(
            model_name='lead',
            name='transaction_id',
            field=models.CharField(max_length=64, verbose_name='transaction id'),
        ),
        migrations.AlterField(
            model_name='lead',
            name='updated_at',
            field=models.DateTimeField(auto_now=True, verbose_name='updated at'),
        ),
    ]
