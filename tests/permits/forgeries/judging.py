"""Run alone: judges many files, each in a fork with the judge's own limits. The imports, the slow part, once.

Standard input: JSON {"judge": path of judge.py, "pins", "now", "files": [paths]}. Output: JSON of answers,
null for a fork that gave none, as when a limit ended it.
"""

import importlib.util
import json
import logging
import os
import sys
from pathlib import Path
from typing import Any


def answer(judge: Any, limited: Any, task: dict[str, Any], file: str) -> Any:
    """What one fork says."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            pdf = Path(file).read_bytes()
            limited.limit(limited.Limits(**task["limits"]))
            os.write(writing, json.dumps(judge.judge(pdf, task["pins"], task["now"])).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as said:
        text = said.read()
    os.waitpid(child, 0)
    return json.loads(text) if text else None


def module(name: str, file: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec
    assert spec.loader
    made = sys.modules[name] = importlib.util.module_from_spec(spec)  # a dataclass looks itself up there
    spec.loader.exec_module(made)
    return made


def main() -> None:
    task = json.load(sys.stdin)
    judge, limited = module("judge", task["judge"]), module("limited", task["limited"])
    judge.without_network()
    judge.judge(b"%PDF-1.7", {})  # brings pyHanko
    import pyhanko.sign.validation  # noqa: F401

    logging.disable()
    json.dump([answer(judge, limited, task, file) for file in task["files"]], sys.stdout)


if __name__ == "__main__":
    main()
