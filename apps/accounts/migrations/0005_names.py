"""Names of models and fields, marked for translation: no change of a table."""

import apps.accounts.zones
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_sign_in'),
        ('offers', '0003_hold_days'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='advertiser',
            options={'verbose_name': 'advertiser', 'verbose_name_plural': 'advertisers'},
        ),
        migrations.AlterModelOptions(
            name='affiliate',
            options={'verbose_name': 'affiliate', 'verbose_name_plural': 'affiliates'},
        ),
        migrations.AlterModelOptions(
            name='apitoken',
            options={'verbose_name': 'API token', 'verbose_name_plural': 'API tokens'},
        ),
        migrations.AlterModelOptions(
            name='recoverycode',
            options={'verbose_name': 'recovery code', 'verbose_name_plural': 'recovery codes'},
        ),
        migrations.AlterField(
            model_name='advertiser',
            name='contact_email',
            field=models.EmailField(blank=True, max_length=254, verbose_name='contact email'),
        ),
        migrations.AlterField(
            model_name='advertiser',
            name='created_at',
            field=models.DateTimeField(auto_now_add=True, verbose_name='created at'),
        ),
        migrations.AlterField(
            model_name='advertiser',
            name='default_currency',
            field=models.CharField(default='USD', help_text='ISO 4217 code, e.g. USD.', max_length=3, verbose_name='default currency'),
        ),
        migrations.AlterField(
            model_name='advertiser',
            name='name',
            field=models.CharField(max_length=120, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='advertiser',
            name='status',
            field=models.CharField(choices=[('active', 'Active'), ('paused', 'Paused')], default='active', max_length=10, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='advertiser',
            name='updated_at',
            field=models.DateTimeField(auto_now=True, verbose_name='updated at'),
        ),
        migrations.AlterField(
            model_name='advertiser',
            name='website',
            field=models.URLField(blank=True, verbose_name='website'),
        ),
        migrations.AlterField(
            model_name='affiliate',
            name='created_at',
            field=models.DateTimeField(auto_now_add=True, verbose_name='created at'),
        ),
        migrations.AlterField(
            model_name='affiliate',
            name='name',
            field=models.CharField(max_length=120, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='affiliate',
            name='status',
            field=models.CharField(choices=[('active', 'Active'), ('paused', 'Paused')], default='active', max_length=10, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='affiliate',
            name='updated_at',
            field=models.DateTimeField(auto_now=True, verbose_name='updated at'),
        ),
        migrations.AlterField(
            model_name='apitoken',
            name='advertiser',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to='accounts.advertiser', verbose_name='advertiser'),
        ),
        migrations.AlterField(
            model_name='apitoken',
            name='created_at',
            field=models.DateTimeField(auto_now_add=True, verbose_name='created at'),
        ),
        migrations.AlterField(
            model_name='apitoken',
            name='label',
            field=models.CharField(help_text='Who uses it, and for what.', max_length=120, verbose_name='label'),
        ),
        migrations.AlterField(
            model_name='apitoken',
            name='last_used_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='last used at'),
        ),
        migrations.AlterField(
            model_name='apitoken',
            name='offer',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to='offers.offer', verbose_name='offer'),
        ),
        migrations.AlterField(
            model_name='apitoken',
            name='prefix',
            field=models.CharField(editable=False, max_length=8, verbose_name='prefix'),
        ),
        migrations.AlterField(
            model_name='apitoken',
            name='scope',
            field=models.CharField(choices=[('account', 'All offers'), ('advertiser', 'Offers of one advertiser'), ('offer', 'One offer'), ('user', 'What one user may do')], max_length=12, verbose_name='scope'),
        ),
        migrations.AlterField(
            model_name='apitoken',
            name='token_hash',
            field=models.CharField(editable=False, max_length=64, verbose_name='token hash'),
        ),
        migrations.AlterField(
            model_name='apitoken',
            name='updated_at',
            field=models.DateTimeField(auto_now=True, verbose_name='updated at'),
        ),
        migrations.AlterField(
            model_name='apitoken',
            name='user',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to=settings.AUTH_USER_MODEL, verbose_name='user'),
        ),
        migrations.AlterField(
            model_name='apitoken',
            name='valid_from',
            field=models.DateTimeField(verbose_name='valid from'),
        ),
        migrations.AlterField(
            model_name='apitoken',
            name='valid_until',
            field=models.DateTimeField(blank=True, null=True, verbose_name='valid until'),
        ),
        migrations.AlterField(
            model_name='recoverycode',
            name='code_hash',
            field=models.CharField(max_length=64, verbose_name='code hash'),
        ),
        migrations.AlterField(
            model_name='recoverycode',
            name='two_step',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recovery_codes', to='accounts.twostep', verbose_name='two step'),
        ),
        migrations.AlterField(
            model_name='recoverycode',
            name='used_at',
            field=models.DateTimeField(null=True, verbose_name='used at'),
        ),
        migrations.AlterField(
            model_name='twostep',
            name='confirmed_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='confirmed at'),
        ),
        migrations.AlterField(
            model_name='twostep',
            name='created_at',
            field=models.DateTimeField(auto_now_add=True, verbose_name='created at'),
        ),
        migrations.AlterField(
            model_name='twostep',
            name='last_step',
            field=models.BigIntegerField(default=0, editable=False, verbose_name='last step'),
        ),
        migrations.AlterField(
            model_name='twostep',
            name='sealed_secret',
            field=models.TextField(editable=False, verbose_name='sealed secret'),
        ),
        migrations.AlterField(
            model_name='twostep',
            name='tried_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='tried at'),
        ),
        migrations.AlterField(
            model_name='twostep',
            name='tries',
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name='tries'),
        ),
        migrations.AlterField(
            model_name='twostep',
            name='updated_at',
            field=models.DateTimeField(auto_now=True, verbose_name='updated at'),
        ),
        migrations.AlterField(
            model_name='twostep',
            name='user',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='two_step', serialize=False, to=settings.AUTH_USER_MODEL, verbose_name='user'),
        ),
        migrations.AlterField(
            model_name='user',
            name='affiliate',
            field=models.ForeignKey(blank=True, help_text='Only for users of the role Affiliate.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='users', to='accounts.affiliate', verbose_name='affiliate'),
        ),
        migrations.AlterField(
            model_name='user',
            name='role',
            field=models.CharField(choices=[('admin', 'Admin'), ('account_manager', 'Account manager'), ('operator', 'Operator'), ('affiliate', 'Affiliate'), ('viewer', 'Viewer')], default='viewer', max_length=20, verbose_name='role'),
        ),
        migrations.AlterField(
            model_name='user',
            name='time_zone',
            field=models.CharField(blank=True, choices=apps.accounts.zones.zone_choices, help_text="In which the admin shows and reads times. Empty: the installation's.", max_length=64, verbose_name='time zone'),
        ),
    ]
