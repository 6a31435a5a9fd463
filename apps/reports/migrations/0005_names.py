"""Names of models and fields, marked for translation: no change of a table."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_names'),
        ('offers', '0004_names'),
        ('postbacks', '0009_names'),
        ('reports', '0004_outcomes'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='deliveryhour',
            options={'verbose_name': 'delivery hour', 'verbose_name_plural': 'delivery hours'},
        ),
        migrations.AlterModelOptions(
            name='eventhour',
            options={'verbose_name': 'event hour', 'verbose_name_plural': 'event hours'},
        ),
        migrations.AlterField(
            model_name='deliveryhour',
            name='delivered',
            field=models.PositiveIntegerField(verbose_name='delivered'),
        ),
        migrations.AlterField(
            model_name='deliveryhour',
            name='delivered_at',
            field=models.DateTimeField(help_text='When the last of them arrived, maybe hours later.', null=True, verbose_name='delivered at'),
        ),
        migrations.AlterField(
            model_name='deliveryhour',
            name='failed',
            field=models.PositiveIntegerField(verbose_name='failed'),
        ),
        migrations.AlterField(
            model_name='deliveryhour',
            name='failed_at',
            field=models.DateTimeField(help_text='When the last of them failed for good.', null=True, verbose_name='failed at'),
        ),
        migrations.AlterField(
            model_name='deliveryhour',
            name='held',
            field=models.PositiveIntegerField(verbose_name='held'),
        ),
        migrations.AlterField(
            model_name='deliveryhour',
            name='hour',
            field=models.DateTimeField(verbose_name='hour'),
        ),
        migrations.AlterField(
            model_name='deliveryhour',
            name='p95_ms',
            field=models.PositiveIntegerField(help_text='95 % of the delivered ones took at most this long.', null=True, verbose_name='p95 ms'),
        ),
        migrations.AlterField(
            model_name='deliveryhour',
            name='planned',
            field=models.PositiveIntegerField(verbose_name='planned'),
        ),
        migrations.AlterField(
            model_name='deliveryhour',
            name='rule',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='postbacks.postbackrule', verbose_name='rule'),
        ),
        migrations.AlterField(
            model_name='eventhour',
            name='accepted',
            field=models.PositiveIntegerField(verbose_name='accepted'),
        ),
        migrations.AlterField(
            model_name='eventhour',
            name='hour',
            field=models.DateTimeField(verbose_name='hour'),
        ),
        migrations.AlterField(
            model_name='eventhour',
            name='offer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='offers.offer', verbose_name='offer'),
        ),
        migrations.AlterField(
            model_name='outcomehour',
            name='affiliate',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.affiliate', verbose_name='affiliate'),
        ),
        migrations.AlterField(
            model_name='outcomehour',
            name='cancelled',
            field=models.PositiveIntegerField(verbose_name='cancelled'),
        ),
        migrations.AlterField(
            model_name='outcomehour',
            name='delivered',
            field=models.PositiveIntegerField(verbose_name='delivered'),
        ),
        migrations.AlterField(
            model_name='outcomehour',
            name='failed',
            field=models.PositiveIntegerField(verbose_name='failed'),
        ),
        migrations.AlterField(
            model_name='outcomehour',
            name='held',
            field=models.PositiveIntegerField(verbose_name='held'),
        ),
        migrations.AlterField(
            model_name='outcomehour',
            name='hour',
            field=models.DateTimeField(verbose_name='hour'),
        ),
        migrations.AlterField(
            model_name='outcomehour',
            name='matched',
            field=models.PositiveIntegerField(verbose_name='matched'),
        ),
        migrations.AlterField(
            model_name='outcomehour',
            name='no_consent',
            field=models.PositiveIntegerField(verbose_name='no consent'),
        ),
        migrations.AlterField(
            model_name='outcomehour',
            name='not_sampled',
            field=models.PositiveIntegerField(verbose_name='not sampled'),
        ),
        migrations.AlterField(
            model_name='outcomehour',
            name='nothing_to_send',
            field=models.PositiveIntegerField(verbose_name='nothing to send'),
        ),
        migrations.AlterField(
            model_name='outcomehour',
            name='offer',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='offers.offer', verbose_name='offer'),
        ),
        migrations.AlterField(
            model_name='outcomehour',
            name='otherwise_suppressed',
            field=models.PositiveIntegerField(verbose_name='otherwise suppressed'),
        ),
        migrations.AlterField(
            model_name='outcomehour',
            name='over_cap',
            field=models.PositiveIntegerField(verbose_name='over cap'),
        ),
        migrations.AlterField(
            model_name='outcomehour',
            name='pending',
            field=models.PositiveIntegerField(help_text='Waits for its first attempt.', verbose_name='pending'),
        ),
        migrations.AlterField(
            model_name='outcomehour',
            name='retrying',
            field=models.PositiveIntegerField(verbose_name='retrying'),
        ),
        migrations.AlterField(
            model_name='outcomehour',
            name='rule',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='postbacks.postbackrule', verbose_name='rule'),
        ),
    ]
