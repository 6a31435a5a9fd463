"""Hours count the events of each category, for the funnel (R20).

One statement, so that the table is looked through once and never written anew; it waits
for a roll-up under way and is not in the way of reports. Hours counted before keep zeros
beside ``accepted``: ``manage.py rebuild_rollups`` counts them anew where the log is left.
The release before goes on: it writes ``accepted`` over the same constraint.
"""

from django.db import migrations, models

NAMES = {
    "views": "views",
    "engagement": "engagement",
    "progress": "progress",
    "conversions": "conversions",
    "partial_conversions": "partial conversions",
    "uncategorized": "uncategorized",
}
COLUMNS = ", ".join(
    f"ADD COLUMN {name} integer DEFAULT 0 NOT NULL CHECK ({name} >= 0)" for name in NAMES
)
GONE = ", ".join(f"DROP COLUMN {name}" for name in NAMES)


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0006_facts_by_hour'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='eventhour',
            options={'verbose_name': 'funnel', 'verbose_name_plural': 'funnel'},
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f"ALTER TABLE reports_eventhour {COLUMNS}",
                    f"ALTER TABLE reports_eventhour {GONE}",
                ),
            ],
            state_operations=[
                migrations.AddField(
                    model_name='eventhour',
                    name=name,
                    field=models.PositiveIntegerField(db_default=0, default=0, verbose_name=words),
                )
                for name, words in NAMES.items()
            ],
        ),
    ]
