"""Why an outbound request failed, sorted by whether the peer may have acted."""


class OutboundError(Exception):
    """A request without a usable answer. ``str()`` is a sentence for an operator.

    The sentence names the host at the most: never a query string, user name or header.
    """

    def __init__(self, sentence: str, *, address: str | None = None) -> None:
        """Keep ``sentence`` and the IP ``address`` that was called, if one was."""
        super().__init__(sentence)
        self.address = address


class ForbiddenTargetError(OutboundError):
    """Never sent, and never will be: the request itself is not acceptable."""


class NotSentError(OutboundError):
    """Nothing reached the peer, so sending again cannot repeat anything."""


class MaybeSentError(OutboundError):
    """The peer may have received the request and acted on it."""
