"""How projects attribute; projects become part of the configuration in memory."""

import django.core.validators
from django.db import migrations, models

from apps.core.config_version import bump_on_change


class Migration(migrations.Migration):

    dependencies = [
        ("core", "0002_config_version"),
        ('offers', '0004_names'),
    ]

    operations = [
        migrations.AddField(
            model_name='project',
            name='click_lookback_days',
            field=models.PositiveSmallIntegerField(default=7, help_text='How long after a click its affiliate is the source.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(365)], verbose_name='look-back, days'),
        ),
        migrations.AddField(
            model_name='project',
            name='inactivity_window_days',
            field=models.PositiveSmallIntegerField(default=30, help_text='A return after a longer pause is a re-engagement or re-install. Exactly so many days are not longer.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(365)], verbose_name='inactivity window, days'),
        ),
        migrations.AddField(
            model_name='project',
            name='max_lateness_days',
            field=models.PositiveSmallIntegerField(default=30, help_text='What happened longer ago is stored, and changes no facts.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(365)], verbose_name='maximum lateness, days'),
        ),
        migrations.AddField(
            model_name='project',
            name='reattribution_to_organic',
            field=models.BooleanField(default=True, help_text='A return without an ad begins an organic attribution. Off: it counts, and stays with the source before.', verbose_name='reattribution to organic'),
        ),
        migrations.AddField(
            model_name='project',
            name='settle_seconds',
            field=models.PositiveIntegerField(default=0, help_text='Wait so long for events that come late before facts are told. 3600 makes up for senders that are up to an hour late. 0: tell at once.', validators=[django.core.validators.MaxValueValidator(86400)], verbose_name='settle window, seconds'),
        ),
        migrations.AddField(
            model_name='project',
            name='web_last_visit',
            field=models.BooleanField(default=True, help_text='On websites every visit from another ad begins a new attribution. Off: only a visit after a pause does.', verbose_name='last visit counts on the web'),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.CheckConstraint(condition=models.Q(('inactivity_window_days__range', (1, 365))), name='project_inactivity_1_to_365_days', violation_error_message='The inactivity window has 1 to 365 days.'),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.CheckConstraint(condition=models.Q(('click_lookback_days__range', (1, 365))), name='project_lookback_1_to_365_days', violation_error_message='The look-back has 1 to 365 days.'),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.CheckConstraint(condition=models.Q(('settle_seconds__lte', 86400)), name='project_settles_within_a_day', violation_error_message='The settle window has at most a day.'),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.CheckConstraint(condition=models.Q(('max_lateness_days__range', (1, 365))), name='project_lateness_1_to_365_days', violation_error_message='The maximum lateness has 1 to 365 days.'),
        ),
        bump_on_change("offers_project"),
    ]
