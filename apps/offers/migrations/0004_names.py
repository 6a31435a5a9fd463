"""Names of models and fields, marked for translation: no change of a table."""

import apps.offers.models
import django.core.validators
import django.db.models.deletion
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_names'),
        ('goals', '0004_names'),
        ('offers', '0003_hold_days'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='offer',
            options={'verbose_name': 'offer', 'verbose_name_plural': 'offers'},
        ),
        migrations.AlterModelOptions(
            name='project',
            options={'verbose_name': 'project', 'verbose_name_plural': 'projects'},
        ),
        migrations.AlterField(
            model_name='offer',
            name='accept_unknown_events',
            field=models.BooleanField(default=False, help_text='Store events of unknown names as uncategorized instead of refusing them.', verbose_name='accept unknown events'),
        ),
        migrations.AlterField(
            model_name='offer',
            name='advertiser',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='accounts.advertiser', verbose_name='advertiser'),
        ),
        migrations.AlterField(
            model_name='offer',
            name='click_lifespan_days',
            field=models.PositiveSmallIntegerField(default=30, help_text='Days after the click in which a conversion counts.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(365)], verbose_name='click lifespan days'),
        ),
        migrations.AlterField(
            model_name='offer',
            name='conversion_default_status',
            field=models.CharField(choices=[('pending', 'Pending'), ('approved', 'Approved')], default='approved', help_text='Used when the advertiser sends no status.', max_length=10, verbose_name='conversion default status'),
        ),
        migrations.AlterField(
            model_name='offer',
            name='created_at',
            field=models.DateTimeField(auto_now_add=True, verbose_name='created at'),
        ),
        migrations.AlterField(
            model_name='offer',
            name='currency',
            field=models.CharField(default='USD', help_text='ISO 4217 code, e.g. USD.', max_length=3, verbose_name='currency'),
        ),
        migrations.AlterField(
            model_name='offer',
            name='default_goal',
            field=models.ForeignKey(blank=True, help_text='The goal of the base conversion.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='goals.goal', verbose_name='default goal'),
        ),
        migrations.AlterField(
            model_name='offer',
            name='enable_goals',
            field=models.BooleanField(default=False, help_text='Postbacks of this offer may then depend on a goal.', verbose_name='enable goals'),
        ),
        migrations.AlterField(
            model_name='offer',
            name='hold_days',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Days an approved conversion is on hold first. Empty: none.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(365)], verbose_name='hold days'),
        ),
        migrations.AlterField(
            model_name='offer',
            name='kind',
            field=models.CharField(choices=[('cpa', 'CPA offer'), ('leadgen', 'Lead generation'), ('app', 'App'), ('program', 'Program')], default='cpa', max_length=10, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='offer',
            name='name',
            field=models.CharField(max_length=200, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='offer',
            name='payout_type',
            field=models.CharField(choices=[('cpa', 'CPA (fixed amount per action)'), ('cpl', 'CPL (fixed amount per lead)'), ('fixed', 'Fixed amount'), ('cps', 'CPS (percent)')], default='cpa', max_length=5, verbose_name='payout type'),
        ),
        migrations.AlterField(
            model_name='offer',
            name='payout_value',
            field=models.DecimalField(decimal_places=6, default=Decimal('0'), help_text="An amount in the offer's currency, or a percentage for CPS.", max_digits=18, verbose_name='payout value'),
        ),
        migrations.AlterField(
            model_name='offer',
            name='platform',
            field=models.CharField(choices=[('web', 'Web'), ('ios', 'iOS'), ('android', 'Android'), ('other', 'Other'), ('vk_mini_app', 'VK Mini App')], default='web', max_length=12, verbose_name='platform'),
        ),
        migrations.AlterField(
            model_name='offer',
            name='project',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='offers.project', verbose_name='project'),
        ),
        migrations.AlterField(
            model_name='offer',
            name='public_token',
            field=models.CharField(default=apps.offers.models.new_public_token, editable=False, max_length=16, verbose_name='public token'),
        ),
        migrations.AlterField(
            model_name='offer',
            name='revenue_type',
            field=models.CharField(choices=[('cpa', 'CPA (fixed amount per action)'), ('cpl', 'CPL (fixed amount per lead)'), ('fixed', 'Fixed amount'), ('cps', 'CPS (percent)')], default='cpa', max_length=5, verbose_name='revenue type'),
        ),
        migrations.AlterField(
            model_name='offer',
            name='revenue_value',
            field=models.DecimalField(decimal_places=6, default=Decimal('0'), help_text="An amount in the offer's currency, or a percentage for CPS.", max_digits=18, verbose_name='revenue value'),
        ),
        migrations.AlterField(
            model_name='offer',
            name='status',
            field=models.CharField(choices=[('draft', 'Draft'), ('active', 'Active'), ('paused', 'Paused'), ('closed', 'Closed')], default='draft', max_length=10, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='offer',
            name='updated_at',
            field=models.DateTimeField(auto_now=True, verbose_name='updated at'),
        ),
        migrations.AlterField(
            model_name='offer',
            name='vertical',
            field=models.CharField(blank=True, max_length=80, verbose_name='vertical'),
        ),
        migrations.AlterField(
            model_name='offeraffiliate',
            name='affiliate',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='offer_affiliates', to='accounts.affiliate', verbose_name='affiliate'),
        ),
        migrations.AlterField(
            model_name='offeraffiliate',
            name='created_at',
            field=models.DateTimeField(auto_now_add=True, verbose_name='created at'),
        ),
        migrations.AlterField(
            model_name='offeraffiliate',
            name='offer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='offer_affiliates', to='offers.offer', verbose_name='offer'),
        ),
        migrations.AlterField(
            model_name='offeraffiliate',
            name='payout_type',
            field=models.CharField(blank=True, choices=[('cpa', 'CPA (fixed amount per action)'), ('cpl', 'CPL (fixed amount per lead)'), ('fixed', 'Fixed amount'), ('cps', 'CPS (percent)')], help_text='Empty: as the offer says.', max_length=5, verbose_name='payout type'),
        ),
        migrations.AlterField(
            model_name='offeraffiliate',
            name='payout_value',
            field=models.DecimalField(blank=True, decimal_places=6, max_digits=18, null=True, verbose_name='payout value'),
        ),
        migrations.AlterField(
            model_name='offeraffiliate',
            name='status',
            field=models.CharField(choices=[('active', 'Active'), ('paused', 'Paused')], default='active', max_length=10, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='offeraffiliate',
            name='updated_at',
            field=models.DateTimeField(auto_now=True, verbose_name='updated at'),
        ),
        migrations.AlterField(
            model_name='project',
            name='created_at',
            field=models.DateTimeField(auto_now_add=True, verbose_name='created at'),
        ),
        migrations.AlterField(
            model_name='project',
            name='name',
            field=models.CharField(max_length=120, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='project',
            name='updated_at',
            field=models.DateTimeField(auto_now=True, verbose_name='updated at'),
        ),
    ]
