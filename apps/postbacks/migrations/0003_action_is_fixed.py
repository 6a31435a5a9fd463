"""A rule keeps its action, its author and its owner for life (R98, R103)."""

from django.db import migrations

CREATE = """
CREATE FUNCTION rule_identity_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The action, author and owner of a postback cannot be changed.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'rule_identity_is_fixed';
END $$;
CREATE TRIGGER rule_identity_is_fixed BEFORE UPDATE ON postbacks_postbackrule
    FOR EACH ROW WHEN (
        OLD.action IS DISTINCT FROM NEW.action
        OR OLD.author_id IS DISTINCT FROM NEW.author_id
        OR OLD.owner_affiliate_id IS DISTINCT FROM NEW.owner_affiliate_id
    ) EXECUTE FUNCTION rule_identity_is_fixed();
"""
DROP = """
DROP TRIGGER rule_identity_is_fixed ON postbacks_postbackrule;
DROP FUNCTION rule_identity_is_fixed();
"""


class Migration(migrations.Migration):
    dependencies = [("postbacks", "0002_configuration_triggers")]
    operations = [migrations.RunSQL(CREATE, DROP)]
