"""What staff may do to the access and the personal data of one order: each asked again, permission-checked, audited."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..access import holds, limits
from ..access.audit import Action, audit
from ..access.erase import OrderIsHeld, erase
from ..access.export import as_json, export
from ..access.tiers import PERMISSION
from ..exceptions import OrderStatusError
from ..tracking import record
from ..tracking.models import Order
from .read_only import ReadOnlyAdmin

TEMPLATE = "order_status_plugin/staff/deed.html"


class NothingToDo(OrderStatusError):
    """Somebody else was faster: look at the order again."""


#: What was entered.
Given = Mapping[str, Any]


class OrderForm(forms.Form):
    """What is asked before a deed; nothing, by default."""

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        """Take the order along."""
        super().__init__(*args, **kwargs)
        self.order = order


class ReasonForm(OrderForm):
    """Why an order is held."""

    reason = forms.CharField(
        label=_("reason"), max_length=255, help_text=_("It stands with the order until the hold is lifted.")
    )


@dataclass(frozen=True, slots=True)
class Deed:
    """One button on the order's page. ``do`` gets the order, the user's name and what was entered; it returns what to say."""

    slug: str
    label: str | Promise
    #: What happens, before it does.
    warning: str | Promise
    do: Callable[[Order, str, Given], str | HttpResponse]
    #: Says whether it makes sense for this order as it is.
    fits: Callable[[Order], bool]
    #: Django's own permission on orders, or one by its full name.
    permission: str = "change"
    form: type[OrderForm] = OrderForm
    is_final: bool = False
    #: Says, before it is done, how much would be.
    counts: Callable[[Order], str] | None = None

    def run(self, order: Order, actor: str, given: Given) -> str | HttpResponse:
        """Do it and write down who did: both, or neither. Raises NothingToDo and OrderIsHeld."""
        with transaction.atomic():
            return self.do(order, actor, given)


def _new_link(order: Order, actor: str, _given: Given) -> str:
    record.revoke_link(order)
    audit(Action.LINK_RENEWED, order, actor)
    return gettext("The old links are dead. Hand out the new one.")


def _unlock(order: Order, actor: str, _given: Given) -> str:
    limits.unlock(order)
    audit(Action.UNLOCKED, order, actor)
    return gettext("The customer can identify again.")


def _hold(order: Order, actor: str, given: Given) -> str:
    if not holds.hold(order, given["reason"], actor):
        raise NothingToDo
    return gettext("The order is on legal hold.")


def _lift(order: Order, actor: str, _given: Given) -> str:
    if not holds.lift(order, actor):
        raise NothingToDo
    return gettext("The hold is lifted.")


def _erase(order: Order, actor: str, _given: Given) -> str:
    if not erase(order, actor):
        raise NothingToDo
    return gettext("Everything personal of this order is erased.")


def _export(order: Order, actor: str, _given: Given) -> HttpResponse:
    response = HttpResponse(as_json(export([order], actor)), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="order-{order.pk}.json"'
    return response


def _is_there(order: Order) -> bool:
    return order.erased_at is None


DEEDS = (
    Deed(
        "new-link",
        _("Make a new link"),
        _("Every link to this order that was ever given out or mailed stops working at once, for the customer, too."),
        _new_link,
        lambda order: True,
    ),
    Deed(
        "unlock",
        _("Unlock identification"),
        _("The attempts that were counted for this order are forgotten: order number and email open it again."),
        _unlock,
        _is_there,
    ),
    Deed(
        "hold",
        _("Legal hold"),
        _("Neither age nor a wish to be forgotten erases anything of this order until the hold is lifted."),
        _hold,
        lambda order: _is_there(order) and not order.is_held,
        form=ReasonForm,
    ),
    Deed(
        "lift",
        _("Lift the legal hold"),
        _("If the order's time is over, everything personal of it is erased within a day."),
        _lift,
        lambda order: order.is_held,
    ),
    Deed(
        "export",
        _("Export personal data"),
        _("You get a file with everything that is kept of this order. Keep it as safe as the order itself."),
        _export,
        _is_there,
        permission=PERMISSION,
    ),
    Deed(
        "erase",
        _("Erase personal data"),
        _(
            "Names, addresses, numbers, the carrier's words and every message about this order are erased here, for good."
            " The link shows a short note then. What the shop itself keeps is not touched."
        ),
        _erase,
        lambda order: _is_there(order) and not order.is_held,
        permission="delete",
        is_final=True,
    ),
)


class DeedsAdmin(ReadOnlyAdmin):
    """An order's page with buttons; each leads to a page that asks again, and only its POST does anything."""

    all_deeds: tuple[Deed, ...] = DEEDS

    def get_urls(self) -> list[URLPattern]:
        """Add the page that asks."""
        mine = path(
            "<path:object_id>/do/<slug:slug>/",
            self.admin_site.admin_view(self.deed_view),
            name="order_status_plugin_order_deed",
        )
        return [mine, *super().get_urls()]

    def may_do(self, request: HttpRequest, deed: Deed) -> bool:
        """Say whether this user may, who must be one who may see orders at all."""
        permission = deed.permission
        is_given = request.user.has_perm(permission) if "." in permission else self.may(request, permission)
        return bool(is_given) and self.has_view_permission(request)

    def deeds(self, request: HttpRequest, order: Order) -> list[Deed]:
        """Return what this user may do to this order as it is."""
        return [deed for deed in self.all_deeds if deed.fits(order) and self.may_do(request, deed)]

    def deed_view(self, request: HttpRequest, object_id: str, slug: str) -> HttpResponse:
        """Ask, and do it."""
        deed = next((deed for deed in self.all_deeds if deed.slug == slug), None)
        order: Any = self.get_object(request, object_id)
        if deed is None or order is None:
            raise Http404
        if not self.may_do(request, deed):
            raise PermissionDenied
        back = HttpResponseRedirect(reverse("admin:order_status_plugin_order_change", args=[order.pk]))
        if not deed.fits(order):
            self.message_user(request, gettext("This cannot be done to the order as it is now."), messages.ERROR)
            return back
        form = deed.form(request.POST if request.method == "POST" else None, order=order)
        if request.method == "POST" and form.is_valid():
            try:
                said = deed.run(order, request.user.get_username(), form.cleaned_data)
            except (OrderIsHeld, NothingToDo):
                said = ""
            if isinstance(said, HttpResponse):
                return said
            if said:
                self.message_user(request, said, messages.SUCCESS)
            else:
                self.message_user(request, gettext("Somebody else was faster. Nothing was done."), messages.ERROR)
            return back
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": deed.label,
            "order": order,
            "deed": deed,
            "form": form,
            "counted": deed.counts(order) if deed.counts else "",
        }
        return TemplateResponse(request, TEMPLATE, context)
