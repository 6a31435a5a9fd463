"""Presets of “Ping URL”: requests that common receivers expect, ready to be completed.

A preset is what the form starts from, nothing more: no rule remembers it. Whatever
belongs to the reader's own account stands in it as a placeholder, a host such as
``your-voluum.example`` or a word such as ``YOUR-APP-ID``; ``left_in`` finds those that
nobody replaced. Secrets come from a connection, as ``{secret:…}`` or as its password.

The comments name the page of the receiver's documentation that each preset was written
from; “from memory” marks what no page confirmed.
"""

from django.utils.translation import gettext_lazy as _

from apps.actions.preset_bodies import (
    APPSFLYER_BODY,
    AUTOMATION_BODY,
    DISCORD_BODY,
    IMPACT_BODY,
    TEAMS_BODY,
    TELEGRAM_BODY,
)
from apps.actions.preset_parts import PLACEHOLDER, Preset, PresetGroup

__all__ = ["PRESETS", "PRESET_ACTION", "Preset", "PresetGroup", "left_in"]

PRESET_ACTION = "ping_url"


def _get(url: str, **settings: str) -> dict[str, str | bool]:
    return {"method": "GET", "url": url, **settings}


def _json(url: str, payload: str, **settings: str) -> dict[str, str | bool]:
    body = {"payload_type": "json", "payload": payload}
    return {"method": "POST", "url": url, **body, **settings}


_PRESETS = (
    # “Parameters in Postback URLs”, doc.voluum.com.
    Preset(
        "voluum",
        "Voluum",
        PresetGroup.TRACKERS,
        _("The address is in Voluum under Offers, Edit, Postback URL."),
        "https://doc.voluum.com/article/parameters-in-postback-urls",
        _get(
            "https://your-voluum.example/postback?cid={partner_click_id}"
            "&payout={payout}&txid={conversion_id}&currency={currency}"
        ),
    ),
    # “Step 2. Adding Affiliate Networks” (clickid, sum) and “Conversion types and
    # statuses” (rdtk_event_id), help.redtrack.io.
    Preset(
        "redtrack",
        "RedTrack",
        PresetGroup.TRACKERS,
        _("Your tracking domain. To name the event, add &type= and one of your types."),
        "https://help.redtrack.io/knowledgebase/kb/conversion-tracking/"
        "tracking-event-types/",
        _get(
            "https://your-redtrack.example/postback?clickid={partner_click_id}"
            "&sum={payout}&rdtk_event_id={conversion_id}"
        ),
    ),
    # “Accessing & Editing S2S Postback URLs” (nid, transaction_id) and “Getting
    # Started: Advertiser Server Postbacks” (amount), helpdesk.everflow.io.
    Preset(
        "everflow",
        "Everflow",
        PresetGroup.TRACKERS,
        _("Domain and nid are in the network's Global Postback URL."),
        "https://helpdesk.everflow.io/customer/accessing-editing-s2s-postback-urls",
        _get(
            "https://your-everflow.example/?nid=YOUR-NETWORK-ID"
            "&transaction_id={partner_click_id}&amount={payout}"
        ),
    ),
    # “Receiving Conversions via Postback URL”, support.tune.com: the path, GET, and
    # “success=true;”, also with status 200 for what is refused. amount, adv_sub: from
    # memory.
    Preset(
        "tune",
        "TUNE (HasOffers)",
        PresetGroup.TRACKERS,
        _("The network's domain, for example its name before go2cloud.org."),
        "https://support.tune.com/hc/en-us/articles/"
        "4413247665431-Receiving-Conversions-via-Postback-URL",
        _get(
            "https://your-tune.example/aff_lsr?transaction_id={partner_click_id}"
            "&amount={payout}&adv_sub={conversion_id}",
            success="body_contains",
            success_value="success=true",
        ),
    ),
    # “Submit a conversion” and “Action & Conversion Data References”,
    # integrations.impact.com. Host and path, Amount, CurrencyCode: from memory.
    Preset(
        "impact",
        "impact.com",
        PresetGroup.TRACKERS,
        _(
            "Needs a connection with Basic authorization: Account SID as the user "
            "name, Auth Token as the password (impact.com: Settings, API)."
        ),
        "https://integrations.impact.com/impact-brand/reference/submit-a-conversion",
        {
            "method": "POST",
            "url": "https://api.impact.com/Advertisers/YOUR-ACCOUNT-SID/Conversions",
            "payload_type": "form",
            "payload": IMPACT_BODY,
        },
    ),
    # “Understanding the CAKE Conversion Pixel” (o, e, f=pb, r, t, p) and “Pixels 101”
    # (p.ashx), support.getcake.com.
    Preset(
        "cake",
        "CAKE",
        PresetGroup.TRACKERS,
        _("Domain, offer and event ids are in the network's postback URL."),
        "https://support.getcake.com/support/solutions/articles/"
        "5000546124-conversion-pixel-variables",
        _get(
            "https://your-cake.example/p.ashx?o=YOUR-OFFER-ID&e=YOUR-EVENT-ID&f=pb"
            "&r={partner_click_id}&t={conversion_id}&p={payout}"
        ),
    ),
    # “Postback”, docs.binom.org.
    Preset(
        "binom",
        "Binom",
        PresetGroup.TRACKERS,
        _(
            "Your tracker's domain; newer versions show another path under Tracking "
            "links."
        ),
        "https://docs.binom.org/postback-url.php",
        _get(
            "https://your-binom.example/click.php?cnv_id={partner_click_id}"
            "&payout={payout}&cnv_status={status}&cnv_currency={currency}"
        ),
    ),
    # “Postback”, docs.keitaro.io.
    Preset(
        "keitaro",
        "Keitaro",
        PresetGroup.TRACKERS,
        _("Domain and key are in Keitaro under Maintenance, Postback URL."),
        "https://docs.keitaro.io/en/conversions-and-postback/postback.html",
        _get(
            "https://your-keitaro.example/YOUR-POSTBACK-KEY/postback"
            "?subid={partner_click_id}&status={status}&sale_status=approved"
            "&lead_status=pending,hold&rejected_status=rejected&payout={payout}"
            "&currency={currency}&tid={conversion_id}"
        ),
    ),
    # R119. No standard: the names that most networks can be told to expect.
    Preset(
        "cpi_install",
        _("CPI partner: install"),
        PresetGroup.MOBILE,
        _(
            "For the trigger Event with the event type of installs. Rename the "
            "parameters as the partner documents them."
        ),
        "",
        _get(
            "https://your-cpi-partner.example/postback?click_id={partner_click_id}"
            "&event=install&payout={payout}&currency={currency}&gaid={gaid}"
            "&idfa={idfa}&country={country}&ip={ip}&time={event_time|unix}",
            missing_value="drop",
        ),
    ),
    # “S2S events API 3”, dev.appsflyer.com: host, path, appsflyer_id. The header and
    # the format of eventTime: from memory.
    Preset(
        "appsflyer",
        "AppsFlyer",
        PresetGroup.MOBILE,
        _(
            "Needs a connection with the secret value s2s_key=… (AppsFlyer: Security "
            "Center). Ids of iOS apps begin with id. The advertiser sends appsflyer_id "
            "with the event."
        ),
        "https://dev.appsflyer.com/hc/reference/s2s-events-api3-overview",
        _json(
            "https://api3.appsflyer.com/inappevent/YOUR-APP-ID",
            APPSFLYER_BODY,
            headers="authentication: {secret:s2s_key}",
            missing_value="drop",
        ),
    ),
    # Three hooks that take any JSON and answer 2xx: “Webhook”, docs.n8n.io; the others
    # from memory.
    Preset(
        "zapier",
        "Zapier",
        PresetGroup.AUTOMATION,
        _("Paste the whole URL of the trigger Webhooks by Zapier, Catch Hook."),
        "https://help.zapier.com/hc/en-us/articles/8496288690317",
        _json("https://your-zapier-hook.example/hooks/catch/1/a", AUTOMATION_BODY),
    ),
    Preset(
        "make",
        "Make",
        PresetGroup.AUTOMATION,
        _("Paste the whole URL of a custom webhook."),
        "https://help.make.com/webhooks",
        _json("https://your-make-hook.example/a", AUTOMATION_BODY),
    ),
    Preset(
        "n8n",
        "n8n",
        PresetGroup.AUTOMATION,
        _("Paste the production URL of a Webhook node with the method POST."),
        "https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.webhook/",
        _json("https://your-n8n.example/webhook/a", AUTOMATION_BODY),
    ),
    # “Create and send messages” of Teams, learn.microsoft.com: workflows take Adaptive
    # Cards only. The envelope and status 202: from memory.
    Preset(
        "teams",
        "Microsoft Teams",
        PresetGroup.CHAT,
        _(
            "Paste the whole URL of a workflow “When a Teams webhook request is "
            "received”."
        ),
        "https://learn.microsoft.com/en-us/microsoftteams/platform/"
        "webhooks-and-connectors/how-to/connectors-using",
        _json(
            "https://your-teams-workflow.example/workflows/a",
            TEAMS_BODY,
            success="status",
            success_value="202",
        ),
    ),
    # “Execute Webhook”, discord.com/developers: 204 unless ?wait=true. A 429 tells in
    # its body (retry_after) how long to wait, and in Retry-After, which we follow.
    Preset(
        "discord",
        "Discord",
        PresetGroup.CHAT,
        _(
            "Paste the whole URL of a webhook (Discord: channel settings, "
            "Integrations)."
        ),
        "https://discord.com/developers/docs/resources/webhook#execute-webhook",
        _json(
            "https://your-discord-webhook.example/api/webhooks/1/a",
            DISCORD_BODY,
            success="status",
            success_value="204",
        ),
    ),
    # “sendMessage” and “Making requests”, core.telegram.org: from memory. A 429 tells
    # in parameters.retry_after how long to wait; the usual delays are longer.
    Preset(
        "telegram",
        "Telegram",
        PresetGroup.CHAT,
        _(
            "The token is from @BotFather; add the bot to the chat. Everybody who sees "
            "the postback sees the token, so use a bot that does nothing else."
        ),
        "https://core.telegram.org/bots/api#sendmessage",
        _json(
            "https://api.telegram.org/botYOUR-BOT-TOKEN/sendMessage",
            TELEGRAM_BODY,
            success="json",
            success_value="$.ok==true",
        ),
    ),
)
PRESETS = {preset.key: preset for preset in _PRESETS}
_KNOWN = frozenset(word for one in _PRESETS for word in one.placeholders)


def left_in(text: str) -> list[str]:
    """Return the placeholders of presets that ``text`` still holds, in order."""
    return [word for word in PLACEHOLDER.findall(text) if word in _KNOWN]
