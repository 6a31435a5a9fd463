"""Which configuration is in force: a number that the database itself raises.

Ingestion keeps all configuration in memory (DESIGN §7). Every table it reads has a
statement trigger that raises ``ConfigVersion`` in the changing transaction, whoever
changes it: the admin, the API, an import or a person with psql.
"""

from collections.abc import Sequence

from django.db import connection
from django.db.migrations import RunSQL

# A sequence, because its numbers do not come back when a transaction is rolled back: no
# process can take a configuration that never was for one that has the same number.
CREATE_FUNCTION = RunSQL(
    """
    CREATE SEQUENCE config_version START 2;
    CREATE FUNCTION bump_config_version() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE core_configversion SET version = nextval('config_version') WHERE id = 1;
        RETURN NULL;
    END $$;
    INSERT INTO core_configversion (id, version) VALUES (1, 1);
    """,
    "DROP FUNCTION bump_config_version(); DROP SEQUENCE config_version; "
    "DELETE FROM core_configversion;",
)


def bump_on_change(table: str, *, columns: Sequence[str] = ()) -> RunSQL:
    """Return the migration operation that makes changes of ``table`` count.

    ``columns`` narrows updates to those columns, for tables that also hold figures
    which are no configuration.
    """
    narrowed = f" OF {', '.join(columns)}" if columns else ""
    name = f"{table}_is_configuration"
    return RunSQL(
        f"CREATE TRIGGER {name} AFTER INSERT OR DELETE OR UPDATE{narrowed} ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION bump_config_version();",
        f"DROP TRIGGER {name} ON {table};",
    )


def current_version() -> int:
    """Return the version of the configuration that is committed now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT version FROM core_configversion WHERE id = 1")
        row = cursor.fetchone()
    return int(row[0])
