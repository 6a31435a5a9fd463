"""What a provider took is asked for later (ADR 15).

Deploy order: this migration, then every worker; only then may a postback ask for it. A
worker of the version before does not know tickets and would send again.
"""

from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    ValidateConstraint,
)
from django.db import migrations, models


class Migration(migrations.Migration):
    # The table is as large as the log: it is looked through beside the traffic.
    atomic = False

    dependencies = [
        ('deliveries', '0011_lists_of_few'),
    ]

    operations = [
        migrations.AddField(
            model_name='delivery',
            name='ticket',
            field=models.CharField(blank=True, db_default='', help_text='What the provider calls what it took, until it tells the result: the next attempt asks for it and sends nothing.', max_length=100),
        ),
        migrations.AddField(
            model_name='delivery',
            name='underway_since',
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name='attempt',
            name='outcome',
            field=models.CharField(choices=[('success', 'Success'), ('skipped', 'Nothing to send'), ('retry', 'Not accepted yet'), ('ambiguous', 'May have been accepted'), ('permanent', 'Refused for good'), ('auth', 'Credentials refused'), ('unknown', 'The worker died'), ('underway', 'Taken, its result is open')], max_length=10),
        ),
        AddConstraintNotValid(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ticket', ''), ('underway_since', None)), models.Q(models.Q(('ticket', ''), _negated=True), ('attempts__gt', 0), ('state__in', ('sending', 'retrying', 'held', 'cancelled')), ('underway_since__isnull', False)), _connector='OR'), name='delivery_ticket_of_what_is_open'),
        ),
        ValidateConstraint(
            model_name='delivery',
            name='delivery_ticket_of_what_is_open',
        ),
    ]
