"""Rules that listen to attribution facts."""

import django.contrib.postgres.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_sign_in'),
        ('connections', '0002_owner'),
        ('events', '0007_standard_kinds'),
        ('goals', '0003_configuration_triggers'),
        ('offers', '0005_attribution_settings'),
        ('postbacks', '0009_names'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='postbackrule',
            name='facts',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('install', 'Install'), ('new_user', 'New user'), ('re_engagement', 'Re-engagement'), ('re_install', 'Re-install'), ('first_purchase', 'First purchase'), ('first_purchase_ca', 'First purchase CA'), ('purchase', 'Purchase'), ('purchase_ca', 'Purchase CA'), ('first_custom_revenue', 'First custom revenue'), ('first_custom_revenue_ca', 'First custom revenue CA'), ('custom_revenue', 'Custom revenue'), ('custom_revenue_ca', 'Custom revenue CA'), ('first_registration', 'First registration'), ('registration', 'Registration'), ('registration_ca', 'Registration CA'), ('first_authorization', 'First authorization'), ('authorization', 'Authorization'), ('authorization_ca', 'Authorization CA'), ('custom_event', 'Custom event'), ('custom_event_ca', 'Custom event CA')], max_length=25), blank=True, default=list, size=None),
        ),
        migrations.AddField(
            model_name='postbackrule',
            name='subject_kind',
            field=models.CharField(blank=True, choices=[('device', 'Device'), ('user', 'User')], help_text='Devices and users are followed independently: a person with two phones is two devices and one user.', max_length=6, verbose_name='facts of'),
        ),
        migrations.AlterField(
            model_name='postbackrule',
            name='trigger',
            field=models.CharField(choices=[('conversion_done', 'Conversion Done'), ('conversion_pending', 'Conversion Pending'), ('conversion_reject', 'Conversion Reject'), ('conversion_any', 'Conversion, any status'), ('event', 'Event'), ('attribution', 'Attribution fact')], max_length=20),
        ),
        migrations.AddConstraint(
            model_name='postbackrule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('facts__len__gte', 1), ('trigger', 'attribution'), ('subject_kind__in', ['device', 'user'])), models.Q(models.Q(('trigger', 'attribution'), _negated=True), ('facts', []), ('subject_kind', '')), _connector='OR'), name='rule_facts_belong_to_attribution', violation_error_message='The trigger Attribution fact needs at least one fact and whether it is about devices or users; other triggers have neither.'),
        ),
    ]
