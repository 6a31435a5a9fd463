"""An accepted event, its money and its attribution never change (DESIGN §4.5).

What a person may have erased (params, fields) stays changeable.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION event_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'An accepted event cannot be changed.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'event_is_frozen';
END $$;
CREATE TRIGGER event_is_frozen BEFORE UPDATE ON tracking_event
    FOR EACH ROW WHEN (
        (OLD.source, OLD.offer_id, OLD.event_type_id, OLD.name, OLD.transaction_id,
         OLD.click_id, OLD.conversion_id, OLD.affiliate_id, OLD.goal_id, OLD.category,
         OLD.is_payable, OLD.order_id, OLD.dedupe_key, OLD.occurred_at,
         OLD.received_at, OLD.sale_amount, OLD.sale_currency, OLD.currency, OLD.revenue, OLD.payout)
        IS DISTINCT FROM
        (NEW.source, NEW.offer_id, NEW.event_type_id, NEW.name, NEW.transaction_id,
         NEW.click_id, NEW.conversion_id, NEW.affiliate_id, NEW.goal_id, NEW.category,
         NEW.is_payable, NEW.order_id, NEW.dedupe_key, NEW.occurred_at,
         NEW.received_at, NEW.sale_amount, NEW.sale_currency, NEW.currency, NEW.revenue, NEW.payout)
    ) EXECUTE FUNCTION event_is_frozen();
"""
DROP = """
DROP TRIGGER event_is_frozen ON tracking_event;
DROP FUNCTION event_is_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("tracking", "0001_initial")]
    operations = [migrations.RunSQL(CREATE, DROP)]
