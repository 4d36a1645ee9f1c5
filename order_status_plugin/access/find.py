"""Find the orders of a person, or one order, for those who export and erase."""

from __future__ import annotations

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
    where = Q(number=number)
    for alias in Order.objects.order_by().values_list("host", flat=True).distinct():
        try:
            key = get_host(alias).normalise_number(number)
        except (KeyError, BackendError):
            continue
        where |= Q(host=alias, number_key=key)
    return Order.objects.filter(where).exclude(number="")


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
