"""Find the orders of a person, or one order, for those who export and erase."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q, QuerySet

from ..backends import get_host
from ..exceptions import BackendError
from ..tracking.contact import email_digests, normalise_email, normalise_phone, phone_digests
from ..tracking.models import Order


def by_reference(host: str, reference: str) -> QuerySet[Order]:
    """Return the order that this host knows by this reference: also one that is erased."""
    return Order.objects.filter(host=host, reference=reference)


def by_number(number: str) -> QuerySet[Order]:
    """Return the orders with this number, in any host and any spelling that the host takes for the same."""
    keys, where = {number.strip().casefold()}, Q()
    for alias in _hosts():
        try:
            key = get_host(alias).normalise_number(number)
        except (KeyError, BackendError):
            continue
        keys.add(key)
        where |= Q(host=alias, number_key=key)
    # To the letter: of a host that is not set up any more.
    return Order.objects.filter(where | Q(number=number, number_key__in=keys)).exclude(number="")


def _hosts() -> Iterator[str]:
    """Yield every host that has orders, set up or not: one look into an index for each, however many orders there are."""
    last = ""
    while alias := Order.objects.filter(host__gt=last).order_by("host").values_list("host", flat=True).first():
        yield alias
        last = alias


def by_email(email: str) -> QuerySet[Order]:
    """Return the orders with this email, at checkout or now."""
    if not normalise_email(email):
        return Order.objects.none()
    digests = email_digests(email)
    # By the text as well: a digest whose key left the ring is nobody's any more.
    return Order.objects.filter(
        Q(contact__email_digest__in=digests)
        | Q(contact__checkout_email_digest__in=digests)
        | Q(contact__email__iexact=email.strip())
    )


def by_phone(phone: str) -> QuerySet[Order]:
    """Return the orders with this phone number, at checkout or now. Give it with its country: +44 20 7946 0018."""
    if not normalise_phone(phone):
        return Order.objects.none()
    digests = phone_digests(phone)
    return Order.objects.filter(
        Q(contact__phone_digest__in=digests)
        | Q(contact__checkout_phone_digest__in=digests)
        | Q(contact__phone=phone.strip())
    )
