"""Where a shop has installed us as an app of its own: what the adapters' tables of it have in common."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Installation(models.Model):
    """A table of an adapter, one row an alias. Staff see it in Django's admin, and forget it by deleting."""

    #: The fields that staff see: never a token.
    shown: ClassVar[tuple[str, ...]] = ()

    class Meta:
        abstract = True
