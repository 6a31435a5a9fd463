"""The lists of an offer and of a destination stay quick where there are few deliveries.

Without these a list of the newest fifty reads the whole log when there are no fifty.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built beside the traffic: the table is as large as the log.
    atomic = False

    dependencies = [
        ('deliveries', '0010_rare_lists'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='delivery',
            index=models.Index(fields=['offer', 'id'], name='delivery_of_offer'),
        ),
        AddIndexConcurrently(
            model_name='delivery',
            index=models.Index(fields=['destination', 'id'], name='delivery_to_destination'),
        ),
    ]
