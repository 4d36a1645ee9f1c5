"""Notes to customers in Wagtail's admin: find an order, see what was written to its customer, write, change, withdraw."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic.base import View
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet

from ..access import find
from ..access.links import order_path
from ..access.tiers import PERMISSION
from ..carriers import catalogue
from ..cms.models import OrderNote, OrderNoteEdit
from ..cms.writing import CannotWrite, change, withdraw, write
from ..events import Headline
from ..messages import replay
from ..messages.told import MOST as MOST_TOLD
from ..messages.told import messages_of
from ..tracking.models import Order
from ..view.words import HEADLINE
from .deeds import NothingToDo
from .note_form import NoteForm
from .subscriptions import END, devices_of, end
from .subscriptions import SEE as SEE_DEVICES

NAMESPACE = "order_status_notes"
VIEW, ADD, CHANGE = (f"order_status_plugin.{action}_ordernote" for action in ("view", "add", "change"))
#: Who sees what went out about an order, too.
SEE_MESSAGES, SEND_MESSAGES = "order_status_plugin.view_outboxmessage", "order_status_plugin.change_outboxmessage"
#: As many orders and notes as one page lists.
MOST = 25


def may(user: AbstractBaseUser | AnonymousUser, *permissions: str) -> bool:
    """Say whether somebody may open these pages, and holds one of the permissions."""
    return user.has_perm("wagtailadmin.access_admin") and any(map(user.has_perm, permissions))  # type: ignore[union-attr]


def notes_url(user: Any, order: Order) -> str:
    """Return the address where this user reads and writes an order's notes; "" for who may not, or where none is."""
    if not may(user, VIEW, ADD, CHANGE):
        return ""
    try:
        return reverse(f"{NAMESPACE}:order", args=[order.pk])
    except NoReverseMatch:
        return ""  # a project that does not serve Wagtail's admin


def find_orders(number: str) -> QuerySet[Order]:
    """Return the orders with this number, or with a parcel of this tracking number, in any spelling."""
    parcels = catalogue.normalise_number(number)
    found = find.by_number(number).values("pk")
    where = Q(pk__in=found)
    if parcels:
        where |= Q(pk__in=Order.objects.filter(parcels__number_key=parcels).values("pk"))
    return Order.objects.filter(where)


def headline(order: Order) -> str:
    """Return the order's one word."""
    return str(HEADLINE[Headline(order.headline)]).rstrip(".")


def html(text: str) -> SafeString:
    """Return a note's words for a template."""
    return mark_safe(text)  # noqa: S308 - cleaned when it was written


def sent(user: Any, order: Order) -> dict[str, Any]:
    """Return what a user may see of what went out about an order, and whether it can be sent again or ended."""
    told = messages_of(order) if user.has_perm(SEE_MESSAGES) else []
    may_end = user.has_perm(END)
    return {
        "told": told,
        "is_cut": len(told) == MOST_TOLD,
        "most": MOST_TOLD,
        "may_send": user.has_perm(SEND_MESSAGES) and replay.of_order(order).exists(),
        "devices": devices_of(order) if may_end or user.has_perm(SEE_DEVICES) else [],
        "may_end": may_end,
    }


class _NotesView(WagtailAdminTemplateMixin, View):
    """The base: who may, and where one is."""

    permissions: ClassVar[tuple[str, ...]] = (VIEW, ADD, CHANGE)
    header_icon = "comment"
    page_title = _("Notes to customers")
    order: Order | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Turn away who may not."""
        if not may(request.user, *self.permissions):
            raise PermissionDenied
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here."""
        items = [*self.breadcrumbs_items, {"url": reverse(f"{NAMESPACE}:index"), "label": self.page_title}]
        if self.order is not None:
            items.append({"url": reverse(f"{NAMESPACE}:order", args=[self.order.pk]), "label": str(self.order)})
        return items

    def show(self, **context: Any) -> HttpResponse:
        """Render the page."""
        user: Any = self.request.user
        if self.order is not None:
            context |= {
                "order": self.order,
                "headline": headline(self.order),
                "status_page": order_path(self.order) if user.has_perm(PERMISSION) else "",
            }
        given = {"may_add": user.has_perm(ADD), "may_change": user.has_perm(CHANGE), **context}
        answer: HttpResponse = self.render_to_response(self.get_context_data(**given))
        return answer

    def is_valid(self, form: NoteForm) -> bool:
        """Say whether the form can be taken. Raises BadRequest for what no editor sends."""
        try:
            return form.is_valid()
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            # The editor's own format is read before any validation of Django's.
            raise BadRequest("The editor's text cannot be read.") from error


class IndexView(_NotesView):
    """Find an order by its number; below, what was written last."""

    template_name = "order_status_plugin/staff/notes/index.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the search and what it finds."""
        query = request.GET.get("q", "").replace("\0", "").strip()[:190]
        orders = list(find_orders(query).annotate(note_count=Count("notes"))[:MOST]) if query else []
        recent = OrderNote.objects.select_related("order")[:MOST] if not query else ()
        return self.show(query=query, orders=[(one, headline(one)) for one in orders], recent=recent)


class OrderNotesView(_NotesView):
    """The notes of one order, and the form for another."""

    template_name = "order_status_plugin/staff/notes/order.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Find the order once it is clear that the user may know of it."""
        if may(request.user, *self.permissions):
            self.order = get_object_or_404(Order, pk=kwargs["order_id"])
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, order_id: int) -> HttpResponse:
        """Show notes and form."""
        return self.answer(NoteForm())

    def post(self, request: HttpRequest, order_id: int) -> HttpResponse:
        """Put a note on the order's page."""
        if not request.user.has_perm(ADD):
            raise PermissionDenied
        form = NoteForm(request.POST)
        if not self.is_valid(form):
            return self.answer(form)
        assert self.order is not None  # noqa: S101 - dispatch found it
        try:
            write(self.order, author=request.user.get_username(), **form.values())
        except CannotWrite as error:
            messages.error(request, str(error))
        else:
            told = form.cleaned_data.get("is_told")
            messages.success(
                request,
                gettext("The note is on the page, and the customer is told.")
                if told
                else gettext("The note is on the page."),
            )
        return redirect(f"{NAMESPACE}:order", order_id)

    def answer(self, form: NoteForm) -> HttpResponse:
        """Render."""
        notes = [(note, html(note.text)) for note in OrderNote.objects.filter(order=self.order)]
        assert self.order is not None  # noqa: S101 - dispatch found it
        return self.show(form=form, notes=notes, media=form.media, **sent(self.request.user, self.order))


class NoteView(OrderNotesView):
    """One note: its words to change, and its history."""

    template_name = "order_status_plugin/staff/notes/note.html"
    note: OrderNote

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Find the note; it must be this order's."""
        if may(request.user, *self.permissions):
            self.note = get_object_or_404(OrderNote, pk=kwargs["note_id"], order=kwargs["order_id"])
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, order_id: int, note_id: int) -> HttpResponse:  # type: ignore[override]
        """Show the form and the history."""
        return self.answer(NoteForm(note=self.note))

    def post(self, request: HttpRequest, order_id: int, note_id: int) -> HttpResponse:  # type: ignore[override]
        """Change the note."""
        if not request.user.has_perm(CHANGE):
            raise PermissionDenied
        form = NoteForm(request.POST, note=self.note)
        if not self.is_valid(form):
            return self.answer(form)
        try:
            change(self.note, author=request.user.get_username(), **form.values())
        except CannotWrite as error:
            messages.error(request, str(error))
        else:
            messages.success(request, gettext("The note is changed."))
        return redirect(f"{NAMESPACE}:order", order_id)

    def answer(self, form: NoteForm) -> HttpResponse:
        """Render."""
        edits = [(edit, html(edit.text)) for edit in OrderNoteEdit.objects.filter(note=self.note).order_by("-pk")]
        return self.show(form=form, note=self.note, text=html(self.note.text), edits=edits, media=form.media)


class WithdrawView(NoteView):
    """Ask, and take a note off the page."""

    permissions = (CHANGE,)
    template_name = "order_status_plugin/staff/notes/withdraw.html"

    def get(self, request: HttpRequest, order_id: int, note_id: int) -> HttpResponse:  # type: ignore[override]
        """Ask."""
        return self.show(note=self.note, text=html(self.note.text))

    def post(self, request: HttpRequest, order_id: int, note_id: int) -> HttpResponse:  # type: ignore[override]
        """Do it."""
        try:
            withdraw(self.note, author=request.user.get_username())
        except CannotWrite as error:
            messages.error(request, str(error))
        else:
            messages.success(request, gettext("The note is off the page. Its history stays here."))
        return redirect(f"{NAMESPACE}:order", order_id)


class EndDeviceView(OrderNotesView):
    """End the news on one device."""

    permissions = (END,)

    def get(self, request: HttpRequest, order_id: int, device_id: int) -> HttpResponse:  # type: ignore[override]
        """Lead back: only a press of the button ends anything."""
        return redirect(f"{NAMESPACE}:order", order_id)

    def post(self, request: HttpRequest, order_id: int, device_id: int) -> HttpResponse:  # type: ignore[override]
        """Do it."""
        assert self.order is not None  # noqa: S101 - dispatch found it
        try:
            messages.success(request, end(self.order, [device_id], request.user.get_username()))
        except NothingToDo:
            messages.error(request, gettext("Somebody else was faster. Nothing was done."))
        return redirect(f"{NAMESPACE}:order", order_id)


class NotesViewSet(ViewSet):
    """All of it, with the entry in Wagtail's menu and the permissions in its groups."""

    name = NAMESPACE
    url_prefix = "order-status/notes"
    icon = "comment"
    menu_label = _("Notes to customers")
    menu_name = "order-status-notes"

    @cached_property
    def menu_item_class(self) -> type[MenuItem]:
        """Return an entry that is shown to those who may open it."""

        class NotesMenuItem(MenuItem):
            def is_shown(self, request: HttpRequest) -> bool:
                return may(request.user, VIEW, ADD, CHANGE)

        return NotesMenuItem

    def get_urlpatterns(self) -> list[URLPattern]:
        """Return the addresses."""
        return [
            path("", IndexView.as_view(), name="index"),
            path("<int:order_id>/", OrderNotesView.as_view(), name="order"),
            path("<int:order_id>/devices/<int:device_id>/end/", EndDeviceView.as_view(), name="end_device"),
            path("<int:order_id>/<int:note_id>/", NoteView.as_view(), name="note"),
            path("<int:order_id>/<int:note_id>/withdraw/", WithdrawView.as_view(), name="withdraw"),
        ]

    def on_register(self) -> None:
        """Offer the permissions where Wagtail's groups are edited."""
        super().on_register()
        hooks.register("register_permissions", _permissions)


def _permissions() -> QuerySet[Permission]:
    kind = ContentType.objects.get_for_model(OrderNote)
    names = [name.partition(".")[2] for name in (VIEW, ADD, CHANGE)]
    return Permission.objects.filter(content_type=kind, codename__in=names)
