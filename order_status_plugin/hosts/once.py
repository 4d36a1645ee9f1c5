"""Tell of an order once a transaction, however many rows of it a shop saves."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction


@dataclass(frozen=True, slots=True)
class _Told:
    """Stands in a transaction's list of what to do after commit: this order is to be read again already."""

    alias: str
    reference: str

    def __call__(self) -> None:
        """Do nothing: the nudge does it."""


def is_told(alias: str, reference: str, using: str) -> bool:
    """Say whether this order was told of in the transaction that is open on a database; from now on it was.

    Entries of a savepoint that was rolled back are gone from the list, so nothing is missed. Outside of a transaction
    each telling is the first.
    """
    connection = transaction.get_connection(using)
    if not connection.in_atomic_block:
        return False
    told = _Told(alias, reference)
    if any(entry[1] == told for entry in connection.run_on_commit):
        return True
    transaction.on_commit(told, using=connection.alias)
    return False
