"""Times are shown and read in the zone of the user, summer and winter."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import ApiToken, User
from apps.accounts.zones import zone_choices, zone_of
from apps.console.zones import in_the_users_zone
from apps.core.adminkit.addresses import change_url
from apps.core.adminkit.showing import moment
from tests.factories import make_affiliate, make_event, make_offer, make_user
from tests.moments import id_at

pytestmark = pytest.mark.django_db

LOG = "/admin/tracking/event/"
SignIn = Callable[[User], Client]

WINTER = datetime(2026, 1, 15, 3, 30, tzinfo=UTC)
SUMMER = datetime(2026, 7, 15, 3, 30, tzinfo=UTC)


def make_events(*moments: datetime) -> None:
    """Make an event of each moment, named by it."""
    offer = make_offer()
    for at in moments:
        make_event(
            offer,
            id=id_at(at),
            name=f"{at:%m%dT%H%M}",
            transaction_id=f"{at:%m%d%H%M}",
            received_at=at,
        )


def names(response: Any) -> set[str]:
    """Return the names of the events on a list."""
    return {event.name for event in response.context["cl"].result_list}


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("Asia/Tokyo", {"2026-01-15 12:30:00", "2026-07-15 12:30:00"}),
        ("America/New_York", {"2026-01-14 22:30:00", "2026-07-14 23:30:00"}),
        ("", {"2026-01-15 03:30:00", "2026-07-15 03:30:00"}),
    ],
)
def test_the_log_shows_times_in_the_users_zone(
    sign_in: SignIn, zone: str, shown: set[str]
) -> None:
    make_events(WINTER, SUMMER)
    client = sign_in(make_user("ada", role="admin", time_zone=zone))

    page = client.get(LOG).content.decode()

    assert all(f">{text}</time>" in page for text in shown)
    assert f"Times in {zone or 'UTC'}" in page


def test_each_time_says_its_distance_from_utc(sign_in: SignIn) -> None:
    make_events(WINTER, SUMMER)
    client = sign_in(make_user("ada", role="admin", time_zone="America/New_York"))

    page = client.get(LOG).content.decode()

    assert 'title="UTC-05:00">2026-01-14 22:30:00' in page
    assert 'title="UTC-04:00">2026-07-14 23:30:00' in page


@pytest.mark.parametrize(
    ("zone", "since", "until", "found"),
    [
        ("Asia/Tokyo", "2026-01-15T12:30", "2026-01-15T12:31", {"0115T0330"}),
        ("Asia/Tokyo", "2026-01-15T03:30", "2026-01-15T03:31", set()),
        ("America/New_York", "2026-01-14T22:30", "2026-01-14T22:31", {"0115T0330"}),
        ("America/New_York", "2026-07-14T23:30", "2026-07-14T23:31", {"0715T0330"}),
        ("America/New_York", "2026-07-14T22:30", "2026-07-14T22:31", set()),
        ("", "2026-07-15T03:30", "2026-07-15T03:31", {"0715T0330"}),
    ],
)
def test_the_dates_of_the_filter_are_read_in_the_users_zone(
    sign_in: SignIn, zone: str, since: str, until: str, found: set[str]
) -> None:
    make_events(WINTER, SUMMER)
    client = sign_in(make_user("ada", role="admin", time_zone=zone))

    page = client.get(LOG, {"received_at__gte": since, "received_at__lt": until})

    assert names(page) == found


def test_on_the_day_of_the_change_the_hour_that_comes_twice_is_counted_whole(
    sign_in: SignIn,
) -> None:
    """In New York 1 November 2026 has 25 hours; 01:00 to 02:00 is two of them."""
    first, second = (datetime(2026, 11, 1, hour, 30, tzinfo=UTC) for hour in (5, 6))
    make_events(first, second)
    client = sign_in(make_user("ada", role="admin", time_zone="America/New_York"))

    page = client.get(
        LOG,
        {"received_at__gte": "2026-11-01T01:00", "received_at__lt": "2026-11-01T02:00"},
    )

    assert names(page) == {"1101T0530", "1101T0630"}


def test_an_hour_that_never_comes_is_no_error(sign_in: SignIn) -> None:
    """8 March 2026 in New York: 02:30 is skipped; what is meant is half past three."""
    make_events(datetime(2026, 3, 8, 7, 30, tzinfo=UTC))
    client = sign_in(make_user("ada", role="admin", time_zone="America/New_York"))

    page = client.get(LOG, {"received_at__gte": "2026-03-08T02:30"})

    assert page.status_code == 200
    assert names(page) == {"0308T0730"}


def test_the_last_24_hours_are_24_also_when_the_clocks_change(sign_in: SignIn) -> None:
    client = sign_in(make_user("ada", role="admin", time_zone="America/New_York"))
    now = datetime(2026, 3, 8, 16, 0, tzinfo=UTC)  # Noon in New York, an hour short.

    with patch("apps.core.adminkit.ranges.timezone.now", return_value=now):
        page = client.get(LOG).content.decode()

    assert "received_at__gte=2026-03-07T11%3A00" in page


def test_a_form_reads_a_moment_in_the_users_zone(sign_in: SignIn) -> None:
    client = sign_in(
        make_user("ada", role="admin", is_superuser=True, time_zone="Asia/Tokyo")
    )
    make_offer()

    client.post(
        reverse("admin:accounts_apitoken_add"),
        {
            "label": "night",
            "scope": "account",
            "valid_from_0": "2026-03-01",
            "valid_from_1": "09:00:00",
        },
    )

    token = ApiToken.objects.get()
    page = client.get(change_url(token)).content.decode()
    assert token.valid_from == datetime(2026, 3, 1, tzinfo=UTC)
    assert 'value="09:00:00"' in page


def test_what_programs_get_does_not_depend_on_it(sign_in: SignIn) -> None:
    make_events(WINTER)
    client = sign_in(make_user("ada", role="admin", time_zone="Asia/Tokyo"))

    rows = client.get("/api/v1/events").json()["results"]

    assert "2026-01-15T03:30" in str(rows)


def test_the_zone_of_one_is_not_left_to_the_next(sign_in: SignIn) -> None:
    make_events(WINTER)
    tokyo = sign_in(make_user("ada", role="admin", time_zone="Asia/Tokyo"))
    other = sign_in(make_user("bob", role="admin"))

    tokyo.get(LOG)

    assert "2026-01-15 03:30:00" in other.get(LOG).content.decode()
    assert timezone.get_current_timezone_name() == "UTC"


def test_an_export_that_is_made_while_it_is_sent_keeps_the_zone() -> None:
    request = RequestFactory().get("/admin/tracking/event/export/")
    request.user = make_user("ada", role="admin", time_zone="Asia/Tokyo")

    def lines() -> Iterator[bytes]:
        for _ in range(2):
            yield moment(WINTER).encode()

    def export(_: Any) -> HttpResponse:
        answer: Any = StreamingHttpResponse(lines())
        return answer  # type: ignore[no-any-return]

    response: Any = in_the_users_zone(export)(request)
    parts = []
    for part in response.streaming_content:
        parts.append(part)
        assert timezone.get_current_timezone_name() == "UTC"

    assert len(parts) == 2
    assert all(b"2026-01-15 12:30:00" in part for part in parts)


def test_everybody_chooses_a_zone_on_the_own_page(sign_in: SignIn) -> None:
    """Also a user of an affiliate, who has no screen of users."""
    user = make_user("partner", affiliate=make_affiliate())
    client = sign_in(user)

    page = client.post("/admin/account/", {"time_zone": "Asia/Tokyo"}, follow=True)

    user.refresh_from_db()
    assert user.time_zone == "Asia/Tokyo"
    assert "Times are in Asia/Tokyo now" in page.content.decode()


@pytest.mark.parametrize("wrong", ["Mars/Olympus", "../etc/passwd", "posixrules"])
def test_only_zones_of_the_list_can_be_chosen(sign_in: SignIn, wrong: str) -> None:
    user = make_user("ada", role="admin")

    page = sign_in(user).post("/admin/account/", {"time_zone": wrong})

    user.refresh_from_db()
    assert user.time_zone == ""
    assert "errorlist" in page.content.decode()


@pytest.mark.parametrize("gone", ["Mars/Olympus", "../../etc/passwd", "America"])
def test_a_zone_that_is_known_no_more_is_the_installations(gone: str) -> None:
    assert zone_of(User(time_zone=gone)) == ZoneInfo("UTC")


def test_the_list_of_zones_names_places() -> None:
    offered = {name for name, _ in zone_choices()}

    assert {"UTC", "Asia/Tokyo", "America/New_York", "Europe/Berlin"} <= offered
    assert not {name for name in offered if name.startswith(("Etc/", "posix", "US/"))}
