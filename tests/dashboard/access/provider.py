"""An OpenID provider of the tests' own, in a process of its own on loopback."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USERS = {
    "ada": {"email": "ada@example.org", "email_verified": True},
    "edith": {"email": "edith@example.org", "email_verified": True},
    "mallory": {"email": "mallory@evil.test", "email_verified": True},
    "claims": {"email": "ada@example.org", "email_verified": False},
}


@contextmanager
def provider_process() -> Iterator[str]:
    """Its address, until the block ends."""
    command = [sys.executable, "-W", "ignore", str(Path(__file__))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def _run() -> None:
    import oidc_provider_mock  # noqa: PLC0415 — it warns when imported

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    users = [oidc_provider_mock.User(sub=sub, claims=claims) for sub, claims in USERS.items()]
    with oidc_provider_mock.run_server_in_thread(port=0, user_claims=users) as server:
        sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    _run()
