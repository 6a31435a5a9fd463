"""What somebody says about Slack: who writes, and the message."""

from typing import Any, Final

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.actions.fields import SecretField, TextTemplateField, ambiguity_field
from apps.actions.providers import BaseUrlField
from apps.actions.slack_text import BlocksField
from apps.core.placeholders import Context

BASE_URL: Final = "https://slack.com"
WEBHOOK: Final = (
    r"^https://hooks\.slack(-gov)?\.com/(services|workflows|triggers)/[\w/-]+\Z"
)
MAX_TEMPLATE_LENGTH: Final = 4_000


class WebhookField(SecretField):
    """The URL of an incoming webhook: who knows it can write to the channel."""

    default_validators = [
        RegexValidator(
            WEBHOOK,
            _("Paste the whole URL: it starts with https://hooks.slack.com/services/."),
        )
    ]

    def secret_values(self, value: str) -> frozenset[str]:
        """Return the URL, its path, and each part of the path that is secret."""
        path = value.partition(".com/")[2]
        _, _, token = path.partition("/")
        return frozenset({value, path, token, *token.split("/")})


class SlackConnectionForm(forms.Form):
    """Who writes, and with a webhook also where."""

    mode = forms.ChoiceField(
        label=_("Write by"),
        choices=[("webhook", _("Incoming webhook")), ("bot", _("Bot token"))],
        initial="webhook",
        help_text=_(
            "A webhook writes to one channel; a bot to every channel it is in."
        ),
    )
    webhook_url = WebhookField(
        label=_("Webhook URL"),
        required=False,
        help_text=_("In Slack: Your apps, then Incoming Webhooks, then Copy."),
    )
    bot_token = SecretField(
        label=_("Bot token"),
        required=False,
        validators=[
            RegexValidator(
                r"^xox[bp]-[\w-]+\Z", _("A token starts with xoxb- or xoxp-.")
            )
        ],
        help_text=_(
            "In Slack: Your apps, then OAuth & Permissions. It needs the scope "
            "chat:write."
        ),
    )
    base_url = BaseUrlField(default=BASE_URL)

    def clean(self) -> dict[str, Any]:
        """Ask for the webhook or for the token."""
        cleaned = super().clean() or self.cleaned_data
        name = "bot_token" if cleaned.get("mode") == "bot" else "webhook_url"
        if not cleaned.get(name) and name not in self.errors:
            self.add_error(name, gettext("This way of writing needs it."))
        return cleaned


class SlackRuleForm(forms.Form):
    """The message."""

    channel = forms.RegexField(
        r"^[CDGUW][A-Z0-9]{2,}\Z",
        label=_("Channel ID"),
        required=False,
        help_text=_(
            "For a bot: the ID at the end of “View channel details”, such as "
            "C024BE91L. A webhook has its own channel."
        ),
    )
    text = TextTemplateField(
        label=_("Text"),
        context=Context.SLACK,
        max_length=MAX_TEMPLATE_LENGTH,
        initial="New {event_name}: *{transaction_id}*",
        help_text=_(
            "*bold*, _italic_ and links as Slack writes them. Values cannot "
            "mention anybody."
        ),
    )
    mention = forms.ChoiceField(
        label=_("Mention"),
        choices=[
            ("none", _("Nobody")),
            ("here", _("Everybody who is active (@here)")),
            ("channel", _("Everybody in the channel (@channel)")),
        ],
        initial="none",
        help_text=_("Stands before the text."),
    )
    blocks = BlocksField(
        label=_("Blocks"),
        required=False,
        help_text=_(
            "Optional: up to 50 blocks as JSON, shown instead of the text, which "
            "then appears in notifications only."
        ),
    )
    unfurl_links = forms.BooleanField(label=_("Show previews of links"), required=False)
    on_ambiguous = ambiguity_field("retry")

    def clean(self) -> dict[str, Any]:
        """Refuse a mention that Slack would not show."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("blocks") and cleaned.get("mention") in ("here", "channel"):
            self.add_error(
                "mention",
                gettext(
                    "Blocks replace the text: write <!%(name)s> into one of them, and "
                    "choose nobody here."
                )
                % {"name": cleaned["mention"]},
            )
        return cleaned
