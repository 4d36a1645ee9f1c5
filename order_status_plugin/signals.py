"""Signals for other people's code. Sent after commit, with ``send_robust``: a receiver that fails hurts nobody else.

The manual has a row for each (docs/signals.md), and a test holds both to it.
"""

from __future__ import annotations

from django.dispatch import Signal

#: An order's page would look different now.
#: Arguments: ``order`` (tracking.models.Order), ``version`` (int).
order_changed = Signal()

#: A parcel has another status than before.
#: Arguments: ``order``, ``parcel`` (tracking.models.Parcel), ``old_status``, ``new_status`` (ParcelStatus).
parcel_status_changed = Signal()

#: A milestone was reached, whether or not somebody is told.
#: Arguments: ``order``, ``milestone`` (Milestone), ``subject`` (str), ``occurrence`` (str), ``is_news`` (bool).
milestone_reached = Signal()

#: A message left. Arguments: ``order``, ``milestone`` (str: one of ours, or the word of a notice: "device", "code",
#: "links", "support"), ``channel`` (str alias), ``message_id`` (int).
customer_notified = Signal()

#: What was personal of an order is gone; whoever copied some of it should let go, too. Arguments: ``order``.
order_erased = Signal()

#: Editors have published something that pages of orders may show. Arguments: ``epoch`` (int).
content_changed = Signal()
