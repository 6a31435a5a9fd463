"""Facts and the postbacks that told of them are counted by hour, as all else is."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('postbacks', '0011_names_of_attribution'),
        ('reports', '0005_names'),
    ]

    operations = [
        migrations.CreateModel(
            name='FactHour',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hour', models.DateTimeField(verbose_name='hour')),
                ('kind', models.CharField(choices=[('install', 'Install'), ('new_user', 'New user'), ('re_engagement', 'Re-engagement'), ('re_install', 'Re-install'), ('first_purchase', 'First purchase'), ('first_purchase_ca', 'First purchase CA'), ('purchase', 'Purchase'), ('purchase_ca', 'Purchase CA'), ('first_custom_revenue', 'First custom revenue'), ('first_custom_revenue_ca', 'First custom revenue CA'), ('custom_revenue', 'Custom revenue'), ('custom_revenue_ca', 'Custom revenue CA'), ('first_registration', 'First registration'), ('registration', 'Registration'), ('registration_ca', 'Registration CA'), ('first_authorization', 'First authorization'), ('authorization', 'Authorization'), ('authorization_ca', 'Authorization CA'), ('custom_event', 'Custom event'), ('custom_event_ca', 'Custom event CA')], max_length=25, verbose_name='kind')),
                ('events', models.PositiveIntegerField(verbose_name='events')),
                ('postbacks', models.PositiveIntegerField(verbose_name='postbacks')),
                ('rule', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='postbacks.postbackrule', verbose_name='rule')),
            ],
            options={
                'verbose_name': 'fact hour',
                'verbose_name_plural': 'fact hours',
                'constraints': [models.UniqueConstraint(fields=('rule', 'kind', 'hour'), name='fact_hour_unique')],
            },
        ),
    ]
