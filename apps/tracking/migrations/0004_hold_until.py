"""When the hold of a conversion ends by itself."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_configuration_triggers'),
        ('events', '0005_limits_and_payouts'),
        ('goals', '0003_configuration_triggers'),
        ('offers', '0003_hold_days'),
        ('tracking', '0003_order_key'),
    ]

    operations = [
        migrations.AddField(
            model_name='conversion',
            name='hold_until',
            field=models.DateTimeField(help_text='When the hold ends by itself; empty: by hand only.', null=True),
        ),
        migrations.AddIndex(
            model_name='conversion',
            index=models.Index(condition=models.Q(('hold_until__isnull', False)), fields=['hold_until'], name='conversion_by_hold'),
        ),
        migrations.AddConstraint(
            model_name='conversion',
            constraint=models.CheckConstraint(condition=models.Q(('hold_until', None), ('status', 'hold'), _connector='OR'), name='conversion_hold_ends_only_when_on_hold'),
        ),
    ]
