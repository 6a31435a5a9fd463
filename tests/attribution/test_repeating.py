"""Which events of one's own become a fact once, and which each time."""

import pytest
from django.test import Client

from apps.attribution.models import Fact
from apps.events.models import EventType
from tests.attribution.world import App
from tests.factories import SECRET

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]


@pytest.mark.parametrize(
    ("policy", "results"),
    [("unlimited", ["accepted"] * 2), ("once_per_device", ["accepted", "duplicate"])],
)
def test_whether_an_event_of_ones_own_counts_once_is_said_by_its_repeat_policy(
    client: Client, policy: str, results: list[str]
) -> None:
    """R153: adding to a basket repeats, the end of a tutorial does not."""
    app = App()
    app.send(client, 0, "install")
    EventType.objects.filter(name="tutorial").update(repeat_policy=policy)
    report = {
        "secure": SECRET,
        "transaction_id": app.organic,
        "event_name": "tutorial",
        "device_id": "D-1",
    }

    found = [client.post("/postback", report).json()["result"] for _ in range(2)]

    assert found == results
    told = Fact.objects.filter(kind="custom_event")
    assert told.count() == results.count("accepted")
