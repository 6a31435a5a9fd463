"""What an event means to attribution."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('events', '0006_names'),
    ]

    operations = [
        migrations.AddField(
            model_name='eventtype',
            name='counts_as_activity',
            field=models.BooleanField(blank=True, help_text='Activity ends a pause and puts the next one off. Unknown: as its meaning says; custom events, invites and level-ups are no activity.', null=True, verbose_name='counts as activity'),
        ),
        migrations.AddField(
            model_name='eventtype',
            name='standard_kind',
            field=models.CharField(blank=True, choices=[('install', 'Install'), ('launch', 'Launch'), ('visit', 'Website visit'), ('impression', 'In-app impression'), ('registration', 'Registration'), ('authorization', 'Authorization (login)'), ('purchase', 'Purchase'), ('custom_revenue', 'Custom revenue'), ('invite', 'Invite'), ('level_up', 'Level-up')], help_text='What attribution takes the event for. Empty: a custom event of your own.', max_length=14, verbose_name='meaning'),
        ),
        migrations.AddConstraint(
            model_name='eventtype',
            constraint=models.CheckConstraint(condition=models.Q(('standard_kind__in', ['', 'install', 'launch', 'visit', 'impression', 'registration', 'authorization', 'purchase', 'custom_revenue', 'invite', 'level_up'])), name='event_type_meaning_is_known'),
        ),
    ]
