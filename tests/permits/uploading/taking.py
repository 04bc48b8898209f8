"""One file of the two collections through the pipeline, in a worker process."""

import hashlib
import os
import time
from dataclasses import dataclass, field

from django.core.files.base import ContentFile

from geoportal import intake
from tests.permits.uploading import good, hostile

HOSTILE = dict(hostile.cases())


@dataclass(frozen=True)
class Outcome:
    """What a worker made of one file. `shown`: its page images; `refusal`: the words for the person."""

    worker: int
    seconds: float
    sha256: str
    size: int
    refusal: str = ""
    kind: str = ""
    name: str = ""
    shown: list[bytes] = field(default_factory=list)


def taken(group: str, case: str) -> Outcome:
    if group == "good":
        one = good.CASES[case]
        name, data = one.name, one.make()
    else:
        name, make = HOSTILE[case]
        data = make()
    digest = hashlib.sha256(data).hexdigest()
    start = time.monotonic()
    try:
        with intake.opened(ContentFile(data), name=name) as it:
            shown = [path.read_bytes() for path in it.pages]
            spent = time.monotonic() - start
            return Outcome(os.getpid(), spent, digest, len(data), kind=it.kind, name=it.name, shown=shown)
    except intake.NotTaken as refusal:
        return Outcome(os.getpid(), time.monotonic() - start, digest, len(data), refusal=str(refusal))
