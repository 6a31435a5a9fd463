"""What a list is called and how its values are stored never changes.

Changes of lists and of the offers that consult them are changes of the configuration
that ingestion keeps in memory; changes of values are not: they are looked up.
"""

from django.db import migrations

from apps.core.config_version import bump_on_change

CREATE = """
CREATE FUNCTION value_list_form_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION
        'The reference, normalization and hashing of a list cannot be changed.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'value_list_form_is_fixed';
END $$;
CREATE TRIGGER value_list_form_is_fixed BEFORE UPDATE ON value_lists_valuelist
    FOR EACH ROW WHEN (
        OLD.reference IS DISTINCT FROM NEW.reference
        OR OLD.normalization IS DISTINCT FROM NEW.normalization
        OR OLD.hashing IS DISTINCT FROM NEW.hashing
    ) EXECUTE FUNCTION value_list_form_is_fixed();
"""
DROP = """
DROP TRIGGER value_list_form_is_fixed ON value_lists_valuelist;
DROP FUNCTION value_list_form_is_fixed();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0002_config_version"), ("value_lists", "0001_initial")]
    operations = [
        migrations.RunSQL(CREATE, DROP),
        bump_on_change("value_lists_valuelist"),
        bump_on_change("value_lists_offervaluelist"),
    ]
