"""An affiliate's postback is about its conversions and uses its connections (ADR 11).

Postbacks that were made before and counted every affiliate are narrowed to their owner.
"""

from django.db import migrations, models
from django.db.models import F, Q

# Checked at once: PostgreSQL adds no constraint to a table with checks outstanding.
NARROW = """
SET CONSTRAINTS ALL IMMEDIATE;
UPDATE postbacks_postbackrule SET affiliate_id = owner_affiliate_id
WHERE owner_affiliate_id IS NOT NULL
    AND affiliate_id IS DISTINCT FROM owner_affiliate_id;
"""
# Neither owner ever changes (rule_identity_is_fixed, connection_owner_is_fixed), so
# it is enough to look when a postback takes a connection.
CREATE = """
CREATE FUNCTION rule_connection_of_same_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM connections_connection c WHERE c.id = NEW.connection_id
        AND c.owner_affiliate_id IS DISTINCT FROM NEW.owner_affiliate_id
    ) THEN
        RAISE EXCEPTION 'A postback uses connections of its own owner only.'
            USING ERRCODE = 'check_violation',
                CONSTRAINT = 'rule_connection_of_same_owner';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rule_connection_of_same_owner
    BEFORE INSERT OR UPDATE OF connection_id ON postbacks_postbackrule
    FOR EACH ROW WHEN (NEW.connection_id IS NOT NULL)
    EXECUTE FUNCTION rule_connection_of_same_owner();
"""
DROP = """
DROP TRIGGER rule_connection_of_same_owner ON postbacks_postbackrule;
DROP FUNCTION rule_connection_of_same_owner();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("connections", "0002_owner"),
        ("postbacks", "0007_may_remove"),
    ]
    operations = [
        migrations.RunSQL(NARROW, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="postbackrule",
            constraint=models.CheckConstraint(
                condition=Q(owner_affiliate=None)
                | Q(affiliate__isnull=False, affiliate=F("owner_affiliate")),
                name="rule_of_affiliate_is_about_it",
                violation_error_message="The postback of an affiliate is about that "
                "affiliate's conversions only.",
            ),
        ),
        migrations.RunSQL(CREATE, DROP),
    ]
