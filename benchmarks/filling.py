"""Fills a database with months of a business: by SQL, the same every time.

Ids are made of the moment, as the project makes them, and of a number that says which
row of which table it is: so each table is made without reading the others.
"""

from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.accounts.roles import sync_roles
from apps.deliveries.models import Destination, WorkerShift
from apps.postbacks.models import RuleRevision
from apps.reports.rollups import roll_up
from apps.value_lists.models import ListedValue
from tests.factories import (
    make_advertiser,
    make_affiliate,
    make_event_type,
    make_offer,
    make_offer_event,
    make_rule,
    make_user,
)
from tests.lists.making import make_value_list

OFFERS, AFFILIATES, TYPES = 200, 300, 12
DAYS = 90
AT_ONCE = 500_000
KEPT_ATTEMPTS = 1_000_000
"""Attempts of older deliveries were pruned, as on a real installation."""

# Row number ``n`` of ``total``: when it happened, and whose it is. Few offers and
# affiliates have most of the rows, and some have hardly any.
ROWS = f"""
WITH parties AS (
    SELECT (SELECT array_agg(id ORDER BY id) FROM offers_offer) AS offers,
           (SELECT array_agg(id ORDER BY id) FROM accounts_affiliate) AS affiliates,
           (SELECT array_agg(id ORDER BY id) FROM events_eventtype) AS types,
           (SELECT array_agg(min ORDER BY min) FROM (
                SELECT min(id) FROM postbacks_postbackrule GROUP BY offer_id) x) AS
       first,
           (SELECT array_agg(max ORDER BY max) FROM (
                SELECT max(id) FROM postbacks_postbackrule GROUP BY offer_id) x) AS last
), numbers AS (
    SELECT n, now() - interval '{DAYS} days' * (1 - n::float8 / %(total)s) AS moment,
           abs(hashint8(n)::bigint)::float8 / 2147483648 AS a,
           abs(hashint8(n + 7777777)::bigint)::float8 / 2147483648 AS b
      FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
), rows AS (
    SELECT n, moment, a, b, 'tx_' || md5(n::text) AS transaction_id,
           1 + floor(power(a, 3) * cardinality(offers))::int AS place,
           CASE WHEN b < 0.9 THEN affiliates[
               1 + floor(power(b / 0.9, 2) * cardinality(affiliates))::int] END
           AS affiliate_id, parties.*,
           lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || '7'
           AS head
      FROM numbers, parties
)
"""
CLICK, CONVERSION, EVENT, CHANGE, FIRST, SECOND, REFUSED = (
    f"(head || '00080000000{digit}' || lpad(to_hex(n), 7, '0'))::uuid"
    for digit in "1234567"
)
HAS_CONVERSION = "mod(n, 2) = 0"

CLICKS = f"""{ROWS}
INSERT INTO tracking_click (id, transaction_id, offer_id, affiliate_id, clicked_at,
       expires_at, params, ip, user_agent, referrer)
SELECT {CLICK}, transaction_id, offers[place], affiliate_id, moment,
       moment + interval '30 days', jsonb_build_object('sub1', 'news', 'sub2', n),
       '203.0.113.9', 'Mozilla/5.0 (X11; Linux x86_64)', '' FROM rows
"""
CONVERSIONS = f"""{ROWS}
INSERT INTO tracking_conversion (id, offer_id, click_id, transaction_id, event_type_id,
       affiliate_id, status, status_reason, is_payable, order_id, occurred_at, version,
       created_at, updated_at, sale_currency, currency, revenue, payout)
SELECT {CONVERSION}, offers[place], {CLICK}, transaction_id,
       types[1 + mod(n, cardinality(types))], affiliate_id,
       CASE WHEN mod(n, 100) < 90 THEN 'approved' WHEN mod(n, 100) < 95 THEN 'pending'
            WHEN mod(n, 100) < 99 THEN 'rejected' ELSE 'hold' END,
       '', true, 'A-' || n, moment, 1, moment, moment, 'USD', 'USD', 10, 5
  FROM rows WHERE {HAS_CONVERSION}
"""
EVENTS = f"""{ROWS}
INSERT INTO tracking_event (id, source, offer_id, event_type_id, name, transaction_id,
       click_id, conversion_id, affiliate_id, category, is_payable, order_id,
       dedupe_key,
       occurred_at, received_at, params, fields, sale_currency, currency, revenue,
       payout)
SELECT {EVENT}, CASE WHEN mod(n, 50) = 0 THEN 'api' ELSE 'url' END, offers[place],
       types[1 + mod(n, cardinality(types))], 'event_' || mod(n, cardinality(types)),
       transaction_id, {CLICK}, CASE WHEN {HAS_CONVERSION} THEN {CONVERSION} END,
       affiliate_id, CASE WHEN {HAS_CONVERSION} THEN 'conversions' ELSE 'progress' END,
       {HAS_CONVERSION}, 'A-' || n, 'k' || n, moment, moment,
       jsonb_build_object('order_id', 'A-' || n, 'amount', '12.50'),
       '{{"plan": "yearly"}}', 'USD', 'USD', 10, 5 FROM rows
"""
CHANGES = f"""{ROWS}
INSERT INTO tracking_conversionchange (id, conversion_id, number, operation, old_status,
       new_status, reason, source, event_id, fires_postbacks, changed_at)
SELECT {CHANGE}, {CONVERSION}, 1, 'create', '', 'approved', '', 'url', {EVENT}, true,
       moment FROM rows WHERE {HAS_CONVERSION}
"""
# Of five events one has no delivery, and one has two.
DELIVERIES = f"""{ROWS}, planned AS (
    SELECT rows.*, {FIRST} AS id, first[place] AS rule_id FROM rows WHERE mod(n, 5) <> 0
    UNION ALL
    SELECT rows.*, {SECOND}, last[place] FROM rows WHERE mod(n, 5) = 1
), ended AS (
    SELECT planned.*, CASE WHEN b < 0.03 THEN 'failed' WHEN b < 0.05 THEN 'suppressed'
            WHEN b < 0.055 THEN 'held' WHEN b < 0.056 THEN 'cancelled'
            WHEN b < 0.2 AND moment > now() - interval '1 day' THEN 'retrying'
            ELSE 'delivered' END AS state FROM planned
)
INSERT INTO deliveries_delivery (id, rule_id, revision_id, trigger_type, trigger_id,
       kind,
       event_id, conversion_id, click_id, offer_id, affiliate_id, destination_id, state,
       reason, attempts, due_at, outcome, response_status, message, created_at,
       finished_at)
SELECT ended.id, ended.rule_id, revision.id,
       CASE WHEN {HAS_CONVERSION} THEN 'conversion_change' ELSE 'event' END,
       CASE WHEN {HAS_CONVERSION} THEN {CHANGE} ELSE {EVENT} END,
       CASE WHEN mod(n, 5000) = 1 THEN 'test' ELSE 'live' END, {EVENT},
       CASE WHEN {HAS_CONVERSION} THEN {CONVERSION} END, {CLICK}, offers[place],
       affiliate_id, destination.id, ended.state,
       CASE ended.state WHEN 'held' THEN 'ambiguous' WHEN 'suppressed' THEN 'cap'
       ELSE '' END,
       1, moment, CASE ended.state WHEN 'delivered' THEN 'success' WHEN 'failed' THEN
       'permanent'
       ELSE 'retry' END, CASE ended.state WHEN 'delivered' THEN 200 ELSE 503 END,
       CASE ended.state WHEN 'delivered' THEN '' ELSE 'The server answered 503.' END,
       moment,
       CASE WHEN ended.state IN ('delivered', 'failed', 'suppressed', 'cancelled')
            THEN moment + interval '1 second' * a END
  FROM ended
  JOIN postbacks_rulerevision revision ON revision.rule_id = ended.rule_id
  JOIN deliveries_destination destination
    ON destination.key = revision.snapshot ->> 'destination'
"""
ATTEMPTS = """
INSERT INTO deliveries_attempt (delivery_id, number, started_at, duration_ms, outcome,
       code, message, request, response_status, response_headers, response_body,
       is_truncated, address, worker)
SELECT id, 1, created_at, 120, outcome, '', message,
       jsonb_build_object('method', 'GET', 'url', 'https://p.example/pb?tid=' || id,
           'headers', '{"User-Agent": "Postbacks"}'::jsonb, 'body', ''),
       response_status, '{"Content-Type": "text/plain"}', repeat('OK ', 60), false,
       '203.0.113.9', 'worker-1'
  FROM (SELECT * FROM deliveries_delivery ORDER BY id DESC LIMIT %s) AS newest
"""
LEADS = f"""{ROWS}
INSERT INTO tracking_lead (public_id, offer_id, click_id, transaction_id, affiliate_id,
       status, sealed_contact, email_hash, phone_hash, submitted_at, created_at,
       updated_at)
SELECT left(md5('lead' || n), 24), offers[place], {CLICK}, transaction_id, affiliate_id,
       'new', '', '', '', moment, moment, moment FROM rows WHERE mod(n, 10) = 0
"""
REFUSALS = f"""{ROWS}
INSERT INTO ingest_refusedrequest (id, received_at, result, reason, detail, method,
       path,
       fields, headers, remote_address, token_prefix, offer_id, event_name,
       transaction_id)
SELECT {REFUSED}, moment, CASE WHEN mod(n, 3) = 0 THEN 'duplicate' ELSE 'refused' END,
       CASE WHEN mod(n, 3) = 0 THEN 'duplicate' ELSE 'bad_amount' END,
       'The amount is no number.', 'GET', '/postback', '{{"amount": "1,5"}}',
       '{{"User-Agent": "curl"}}', '203.0.113.77', 'abcd1234', offers[place], 'sale',
       transaction_id FROM rows WHERE mod(n, 5) = 0
"""
AUDIT = """
INSERT INTO auditlog_logentry (content_type_id, object_pk, object_id, object_repr,
       action,
       changes_text, changes, actor_id, timestamp)
SELECT (SELECT min(id) FROM django_content_type), n::text, n, 'Object ' || n, 1, '',
       '{"status": ["active", "disabled"]}', %s, now() - interval '1 minute' * n
  FROM generate_series(1, %s) AS n
"""
LOGS = (CLICKS, CONVERSIONS, EVENTS, CHANGES, DELIVERIES, LEADS, REFUSALS)
# What only finds rows is made once the rows are there: that takes a third of the time.
INDEXES = """
SELECT format('DROP INDEX %I', indexname), indexdef
  FROM pg_indexes JOIN pg_class ON pg_class.oid = indexname::regclass
 WHERE tablename = ANY(%s)
   AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = pg_class.oid)
"""
TABLES = ["tracking_click", "tracking_conversion", "tracking_event", "tracking_lead"]
TABLES += ["tracking_conversionchange", "deliveries_delivery", "deliveries_attempt"]
TABLES += ["ingest_refusedrequest"]
LISTED, AUDITED = 50_000, 50_000


def fill(total: int) -> User:
    """Store ``total`` events and as many deliveries; return the administrator.

    The user «partner» is one of the busiest affiliate, with postbacks of its own.
    """
    call_command("migrate", verbosity=0)
    sync_roles()
    admin = make_user("ada", role=Role.ADMIN, is_superuser=True)
    _set_up(admin)
    _store(total, admin)
    add_quiet()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    roll_up(now=timezone.now())
    return admin


def add_quiet() -> None:
    """Store an offer and a destination without a single delivery: no list hurries."""
    make_offer("Quiet")
    Destination.objects.create(key="https://quiet.example:443")


@transaction.atomic
def _store(total: int, admin: User) -> None:
    """Store the logs; within one transaction, because ``now()`` is part of each id."""
    with connection.cursor() as cursor:
        # The rows are right by how they are made; checking each would take longest.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        cursor.execute(INDEXES.replace("%I", "%%I"), [TABLES])
        indexes = cursor.fetchall()
        for drop, _ in indexes:
            cursor.execute(drop)
        for first in range(1, total + 1, AT_ONCE):
            last = min(first + AT_ONCE - 1, total)
            for statement in LOGS:
                cursor.execute(
                    statement, {"first": first, "last": last, "total": total}
                )
        cursor.execute(ATTEMPTS, [KEPT_ATTEMPTS])
        cursor.execute(AUDIT, [admin.pk, AUDITED])
        for _, create in indexes:
            cursor.execute(create)


@transaction.atomic
def _set_up(admin: User) -> None:
    """Store who takes part, what is promoted, and who is told."""
    affiliates = [make_affiliate(f"Affiliate {n:03}") for n in range(AFFILIATES)]
    partner = make_user("partner", affiliate=affiliates[0])
    types = [
        make_event_type(f"event_{n}", needs_conversion=False) for n in range(TYPES)
    ]
    for number in range(OFFERS):
        advertiser = make_advertiser(f"Advertiser {number % 20:02}")
        offer = make_offer(f"Offer {number:03}", advertiser=advertiser)
        make_offer_event(offer, types[number % TYPES])
        for author in (admin, partner if number % 10 == 0 else admin):
            url = f"https://p{number % 40}.example/pb?tid={{transaction_id}}"
            make_rule(offer, author=author, name=f"Postback {number:03}", url=url)
    keys = RuleRevision.objects.values_list("snapshot__destination", flat=True)
    Destination.objects.bulk_create(Destination(key=key) for key in sorted(set(keys)))
    now = timezone.now()
    WorkerShift.objects.create(
        worker="worker-1", started_at=now, seen_at=now, accepting_until=now
    )
    values = make_value_list("first@mail.example", name="Do not present")
    ListedValue.objects.bulk_create(
        ListedValue(
            value_list=values, value=f"v{n}@mail.example", added_at=now, source="manual"
        )
        for n in range(LISTED)
    )
