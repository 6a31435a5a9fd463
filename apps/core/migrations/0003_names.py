"""Names of models and fields, marked for translation: no change of a table."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0002_config_version'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='configversion',
            options={'verbose_name': 'config version', 'verbose_name_plural': 'config versions'},
        ),
        migrations.AlterField(
            model_name='configversion',
            name='id',
            field=models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False, verbose_name='id'),
        ),
        migrations.AlterField(
            model_name='configversion',
            name='version',
            field=models.BigIntegerField(default=1, verbose_name='version'),
        ),
    ]
