from __future__ import annotations

from oscar.apps.shipping import repository

from .methods import Express, Standard


class Repository(repository.Repository):
    """The shop's two ways to send."""

    methods = (Standard(), Express())
