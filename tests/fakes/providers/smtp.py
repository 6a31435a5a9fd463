"""What a mail server keeps; it does not speak HTTP (see ``tests.fakes.mail_server``)."""

from email import message_from_bytes
from email.policy import default
from typing import Any, ClassVar

from tests.fakes.provider import Answer, Asked, FakeProvider, json_answer


class MailProvider(FakeProvider):
    """Keeps the messages it took."""

    name: ClassVar = "smtp"
    accepts: ClassVar = {
        "username": "postbacks",
        "password": "canary-smtp-password",
    }

    def answer(self, asked: Asked) -> Answer:
        return json_answer({"error": "This provider speaks SMTP."}, 404)

    def accept(self, sender: str | None, recipients: list[Any], content: bytes) -> None:
        message = message_from_bytes(content, policy=default)
        bodies = {
            part.get_content_type(): part.get_content()
            for part in message.walk()
            if not part.is_multipart()
        }
        self.effects.append(
            {
                "from": sender,
                "to": [str(one) for one in recipients],
                "headers": {name: str(value) for name, value in message.items()},
                "text": bodies.get("text/plain", ""),
                "html": bodies.get("text/html", ""),
            }
        )
