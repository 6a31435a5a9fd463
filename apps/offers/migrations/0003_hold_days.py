"""Approved conversions of an offer may be on hold for some days first."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_configuration_triggers'),
        ('goals', '0003_configuration_triggers'),
        ('offers', '0002_configuration_triggers'),
    ]

    operations = [
        migrations.AddField(
            model_name='offer',
            name='hold_days',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Days an approved conversion is on hold first. Empty: none.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(365)]),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.CheckConstraint(condition=models.Q(('hold_days', None), ('hold_days__range', (1, 365)), _connector='OR'), name='offer_hold_1_to_365_days', violation_error_message='A hold lasts 1 to 365 days, or is empty.'),
        ),
    ]
