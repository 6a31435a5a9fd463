"""Names are unique per owner, and a connection keeps its owner for life (ADR 0013)."""

import django.db.models.deletion
from django.db import migrations, models

CREATE = """
CREATE FUNCTION connection_owner_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The owner of a connection cannot be changed.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'connection_owner_is_fixed';
END $$;
CREATE TRIGGER connection_owner_is_fixed BEFORE UPDATE ON connections_connection
    FOR EACH ROW WHEN (
        OLD.owner_affiliate_id IS DISTINCT FROM NEW.owner_affiliate_id
    ) EXECUTE FUNCTION connection_owner_is_fixed();
"""
DROP = """
DROP TRIGGER connection_owner_is_fixed ON connections_connection;
DROP FUNCTION connection_owner_is_fixed();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("connections", "0001_initial"),
    ]
    operations = [
        migrations.RemoveConstraint(
            model_name="connection", name="connection_name_unique"
        ),
        migrations.AddConstraint(
            model_name="connection",
            constraint=models.UniqueConstraint(
                fields=("owner_affiliate", "name"),
                name="connection_name_unique",
                nulls_distinct=False,
                violation_error_message="A connection of this name exists already.",
            ),
        ),
        migrations.AlterField(
            model_name="connection",
            name="owner_affiliate",
            field=models.ForeignKey(
                blank=True,
                help_text="The affiliate whose postbacks use it; nobody else's can. "
                "Empty: our own postbacks. It cannot be changed later.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="connections",
                to="accounts.affiliate",
                verbose_name="owner",
            ),
        ),
        migrations.RunSQL(CREATE, DROP),
    ]
