"""What vendors' reports call registrations and logins is taken for them (R142, R146).

A name that the organization uses itself, for an event or as a former name, stays what
it is there.
"""

from django.db import migrations
from django.db.models import Q

METRICS = (
    ("registration", "registration", "mt_registration"),
    ("login", "authorization", "mt_login"),
)


def add_names(apps, schema_editor):
    event_types = apps.get_model("events", "EventType").objects.using(
        schema_editor.connection.alias
    )
    for name, kind, metric in METRICS:
        if event_types.filter(Q(name=metric) | Q(aliases__contains=[metric])).exists():
            continue
        for event_type in event_types.filter(name=name, standard_kind=kind):
            event_type.aliases = [*event_type.aliases, metric]
            event_type.save(update_fields=["aliases"])


class Migration(migrations.Migration):
    dependencies = [("events", "0008_reserved_names")]
    operations = [migrations.RunPython(add_names, migrations.RunPython.noop)]
