"""Names of models and fields, marked for translation: no change of a table."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('goals', '0003_configuration_triggers'),
        ('offers', '0003_hold_days'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='goal',
            options={'verbose_name': 'goal', 'verbose_name_plural': 'goals'},
        ),
        migrations.AlterField(
            model_name='goal',
            name='alias',
            field=models.CharField(blank=True, help_text='The value senders put into «goal», if it is not the name.', max_length=80, verbose_name='alias'),
        ),
        migrations.AlterField(
            model_name='goal',
            name='created_at',
            field=models.DateTimeField(auto_now_add=True, verbose_name='created at'),
        ),
        migrations.AlterField(
            model_name='goal',
            name='is_private',
            field=models.BooleanField(default=False, help_text='Hidden from users of affiliates.', verbose_name='is private'),
        ),
        migrations.AlterField(
            model_name='goal',
            name='name',
            field=models.CharField(max_length=80, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='goal',
            name='offer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='goals', to='offers.offer', verbose_name='offer'),
        ),
        migrations.AlterField(
            model_name='goal',
            name='status',
            field=models.CharField(choices=[('active', 'Active'), ('archived', 'Archived')], default='active', max_length=10, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='goal',
            name='updated_at',
            field=models.DateTimeField(auto_now=True, verbose_name='updated at'),
        ),
    ]
