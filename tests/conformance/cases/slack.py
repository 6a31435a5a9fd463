"""Slack by an incoming webhook, and by a bot."""

from tests.conformance.case import FAKES, Case
from tests.fakes.providers.slack import BOT_TOKEN, CHANNEL, WEBHOOK_PATH

CASES = [
    Case(
        kind="slack",
        fake="slack",
        connection={
            "webhook_url": f"https://hooks.slack.com{WEBHOOK_PATH}",
            "base_url": f"{FAKES}/slack",
        },
        refused={
            "webhook_url": "https://hooks.slack.com/services/T000/B000/canary-revoked"
        },
        check_notices=False,
    ),
    Case(
        kind="slack",
        fake="slack",
        connection={
            "mode": "bot",
            "bot_token": BOT_TOKEN,
            "base_url": f"{FAKES}/slack",
        },
        settings={"channel": CHANNEL},
        refused={"bot_token": "xoxb-canary-of-another-workspace"},
    ),
]
