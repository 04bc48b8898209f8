"""The one way in for files that people send: read, scanned, decoded, drawn anew, kept, served.

    with intake.opened(file, name=…) as it:      # raises NotTaken, with words for the person
        intake.keep(it, folder)                  # the original, and page images of it

Nothing else touches what came with a request: a test compares the code with this promise.
"""

from geoportal.intake.keeping import drop, keep, original, page
from geoportal.intake.opening import (
    DOCUMENT,
    EXTENSIONS,
    PHOTOGRAPH,
    PROOF,
    Allowed,
    NotTaken,
    Opened,
    Received,
    label,
    opened,
    read,
)
from geoportal.intake.sent import ACCEPT, SentFile, all_sent, named_sent, sent

__all__ = [
    "ACCEPT",
    "DOCUMENT",
    "EXTENSIONS",
    "PHOTOGRAPH",
    "PROOF",
    "Allowed",
    "NotTaken",
    "Opened",
    "Received",
    "SentFile",
    "all_sent",
    "drop",
    "keep",
    "label",
    "named_sent",
    "opened",
    "original",
    "page",
    "read",
    "sent",
]
