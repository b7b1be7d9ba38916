"""Messages with a crowd of experts, as one public data action reads them. PURE. Everybody in here is made up."""

from __future__ import annotations

from typing import Final

from monitor.sandbox.customers import Answer

PATH: Final = "/crm/integration/messages/events/"  # followed by a conversation's id


def event(conversation: str, version: int) -> Answer:
    """The whole event of a conversation. Version 2 calls responseCode response_code, and a message's body text."""
    said = ("body", "responseCode") if version == 1 else ("text", "response_code")
    dialogue: list[Answer] = [
        {"authorName": "Jane", said[0]: "Where is my parcel?", "answerCount": 0, "custRating": 0},
        {"authorName": "Sam", said[0]: "It is on its way.", "answerCount": 2, "custRating": 5},
    ]
    return {
        "conversationId": conversation,
        "lifecycleState": "ANSWERED",
        "msgState": "CLOSED",
        said[1]: "OK",
        "escalateState": False,
        "escalateReasonDesc": "none",
        "timeoutState": False,
        "updateType": "REPLY",
        "custRespUiURL": f"https://crowd.example/{conversation}",
        "custTestimonial": "quick and friendly",
        "msgDialogue": dialogue,
    }
