"""A mail server that takes its time, one file a mail."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend


class SlowMail(BaseEmailBackend):
    def send_messages(self, email_messages: Any) -> int:
        folder = Path(settings.SLOW_MAIL_FOLDER)
        folder.mkdir(exist_ok=True)
        for letter in email_messages:
            name = letter.extra_headers["Message-ID"].strip("<>").partition("@")[0]
            with (folder / f"{name}.eml").open("ab") as file:
                file.write(letter.message().as_bytes())
            with (folder / "log").open("a") as log:
                log.write(name + "\n")
            time.sleep(float(os.environ.get("SLOW_MAIL", "0")))
        return len(email_messages)
