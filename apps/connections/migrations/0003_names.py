"""Names of models and fields, marked for translation: no change of a table."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('connections', '0002_owner'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='connection',
            options={'verbose_name': 'connection', 'verbose_name_plural': 'connections'},
        ),
        migrations.AlterField(
            model_name='connection',
            name='created_at',
            field=models.DateTimeField(auto_now_add=True, verbose_name='created at'),
        ),
        migrations.AlterField(
            model_name='connection',
            name='kind',
            field=models.CharField(editable=False, max_length=40, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='connection',
            name='last_checked_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='last checked at'),
        ),
        migrations.AlterField(
            model_name='connection',
            name='last_error',
            field=models.CharField(blank=True, editable=False, max_length=500, verbose_name='last error'),
        ),
        migrations.AlterField(
            model_name='connection',
            name='name',
            field=models.CharField(max_length=120, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='connection',
            name='sealed_secrets',
            field=models.TextField(blank=True, default='', editable=False, verbose_name='sealed secrets'),
        ),
        migrations.AlterField(
            model_name='connection',
            name='settings',
            field=models.JSONField(blank=True, default=dict, editable=False, verbose_name='settings'),
        ),
        migrations.AlterField(
            model_name='connection',
            name='state',
            field=models.CharField(choices=[('ok', 'OK'), ('auth_error', 'Refused by the provider'), ('disabled', 'Disabled')], default='ok', max_length=10, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='connection',
            name='updated_at',
            field=models.DateTimeField(auto_now=True, verbose_name='updated at'),
        ),
    ]
