"""Tracking numbers from a file, in Wagtail's admin: upload, look at what would happen, confirm, watch."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from ..carriers import catalogue
from . import import_file, import_plan, import_run
from .hands import hands
from .models import NumberImport, NumberImportLine
from .order_list import CHANGE, NAMESPACE
from .order_page import OrderDesk

SAYS = {**import_plan.SAYS, "failed": gettext_lazy("It could not be recorded. The shop's log says why; try it again.")}
#: Lines on a page.
A_PAGE = 100


class UploadForm(forms.Form):
    """The file."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV, at most 10,000 lines. Columns: order, tracking number; where you have them carrier, date, host."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,text/csv"}),
    )


class ConfirmForm(forms.Form):
    """Whether customers are told."""

    notify = forms.BooleanField(required=False)


class ImportsView(OrderDesk):
    """Upload a file; below, the last ones."""

    permissions: ClassVar[tuple[str, ...]] = (CHANGE,)
    own_title = gettext_lazy("Import tracking numbers")
    template_name = "order_status_plugin/staff/orders/imports.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask for a file."""
        return self.answer(UploadForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Read it, and lead to what it would do."""
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.answer(form)
        try:
            lines = import_file.read(form.cleaned_data["file"].read(import_file.MOST_BYTES + 1))
        except import_file.UnreadableFile as error:
            form.add_error("file", str(SAYS[error.args[0]]))
            return self.answer(form)
        batch = import_plan.store(lines, request.user.get_username())
        return redirect(f"{NAMESPACE}:import", batch.pk)

    def answer(self, form: UploadForm) -> HttpResponse:
        """Render."""
        context = self.get_context_data(form=form, imports=NumberImport.objects.all()[:20], media=form.media)
        answer: HttpResponse = self.render_to_response(context)
        return answer


class ImportView(OrderDesk):
    """One file: what would happen, or what did."""

    permissions: ClassVar[tuple[str, ...]] = (CHANGE,)
    own_title = gettext_lazy("Import tracking numbers")
    template_name = "order_status_plugin/staff/orders/import.html"

    def get(self, request: HttpRequest, import_id: int) -> HttpResponse:
        """Show the lines, those with errors first."""
        catalogue.refresh()
        batch = get_object_or_404(NumberImport, pk=import_id)
        first = Case(
            When(state=NumberImportLine.State.ERROR, then=Value(0)), default=Value(1), output_field=IntegerField()
        )
        lines = batch.lines.select_related("order").order_by(first, "line")
        page = Paginator(lines, A_PAGE).get_page(request.GET.get("p"))
        progress = import_run.progress(batch)
        context = self.get_context_data(
            batch=batch,
            progress=progress,
            page=page,
            rows=[(line, SAYS.get(line.says, line.says), _carrier(line)) for line in page],
            is_read=batch.state == NumberImport.State.READ,
            is_running=batch.state == NumberImport.State.RUNNING,
        )
        answer: HttpResponse = self.render_to_response(context)
        return answer

    def post(self, request: HttpRequest, import_id: int) -> HttpResponse:
        """Let it run, or forget it."""
        batch = get_object_or_404(NumberImport, pk=import_id)
        deed = request.POST.get("do")
        if deed == "forget" and batch.state != NumberImport.State.RUNNING:
            batch.delete()
            messages.success(request, _("The file is forgotten."))
            return redirect(f"{NAMESPACE}:imports")
        if deed != "confirm":
            raise BadRequest("Nothing to do.")
        form = ConfirmForm(request.POST)
        if import_run.confirm(batch, notify=form.is_valid() and form.cleaned_data["notify"]):
            batch.refresh_from_db()
            if import_run.run(hands().give_number, import_run.AT_ONCE, batch):
                messages.success(request, _("The tracking numbers are on the orders' pages."))
            else:
                hands().import_later()
                messages.success(request, _("The file is running. Look again in a moment."))
        return redirect(f"{NAMESPACE}:import", batch.pk)


def _carrier(line: NumberImportLine) -> str:
    known = catalogue.get(line.carrier)
    return known.name if known else line.carrier_text
