"""Deliveries about attribution facts; the column stays as it is."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('deliveries', '0013_names'),
    ]

    operations = [
        migrations.AlterField(
            model_name='delivery',
            name='trigger_type',
            field=models.CharField(choices=[('event', 'Event'), ('conversion_change', 'Conversion change'), ('fact', 'Attribution fact'), ('fact_retraction', 'Retracted attribution fact')], max_length=20),
        ),
    ]
