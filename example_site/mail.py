"""Mail into a folder: one file a message, named by its Message-ID."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from email.utils import make_msgid
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


def file_name(message_id: str) -> str:
    """Return the name of the file that holds the message with this id."""
    return re.sub(r"[^\w.@+=-]", "_", message_id.strip().strip("<>")) + ".eml"


class FolderBackend(BaseEmailBackend):
    """Writes to ``EMAIL_FOLDER``. A file is complete when it has its name."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write each message."""
        folder = Path(settings.EMAIL_FOLDER)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            # Django would ask the resolver for this machine's name.
            message.extra_headers.setdefault("Message-ID", make_msgid(domain="tilia-sal.example"))
            name = file_name(message.extra_headers["Message-ID"])
            draft = folder / f".{name}.{os.getpid()}"
            draft.write_bytes(message.message().as_bytes(linesep="\r\n"))
            draft.replace(folder / name)
        return len(email_messages)
