"""The form in Wagtail that sends a test message, from a text as it is drafted or of what is live."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import translation
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.models import Site

from ..cms.preview import MAILS
from ..cms.texts import SEND_TEST, MessageText
from ..cms.told import previewed_texts
from ..events import Medium, Milestone
from ..messages import trial


class TrialForm(forms.Form):
    """What is sent, how, and to whom."""

    milestone = forms.ChoiceField(label=gettext_lazy("News"), choices=())
    channel = forms.ChoiceField(label=gettext_lazy("Sent as"), choices=())
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=())
    address = forms.CharField(
        label=gettext_lazy("To"),
        max_length=254,
        help_text=gettext_lazy("Your own email address or phone number, or a colleague's who waits for it."),
    )

    def __init__(self, *args: Any, medium: Medium | None = None, **kwargs: Any) -> None:
        """Offer what this shop has; ``medium`` is what a text is for."""
        super().__init__(*args, **kwargs)
        choices: dict[str, list[tuple[str, Any]]] = {
            "milestone": [(each.value, words) for each, words in MAILS.items()],
            "channel": [(alias, channel.label) for alias, channel in trial.channels(medium).items()],
            "language": list(settings.LANGUAGES),
        }
        for name, offered in choices.items():
            field: Any = self.fields[name]
            field.choices = offered


class TrialView(WagtailAdminTemplateMixin, FormView):  # type: ignore[misc,type-arg]  # Wagtail is untyped
    """Send a test message."""

    template_name = "order_status_plugin/staff/trial.html"
    form_class = TrialForm
    page_title = gettext_lazy("Send a test message")
    header_icon = "mail"
    _show_breadcrumbs = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Let in who may."""
        if not request.user.has_perm(SEND_TEST):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def text(self) -> MessageText | None:
        """Return the latest draft of the text that is tested, None where what is live is."""
        if "pk" not in self.kwargs:
            return None
        found = get_object_or_404(MessageText, pk=unquote(self.kwargs["pk"]))
        draft: MessageText = found.get_latest_revision_as_object()
        return draft

    def get_page_subtitle(self) -> str:
        """Return what is tested."""
        return str(self.text or "")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here."""
        said = {"url": "", "label": self.get_page_title(), "sublabel": self.get_page_subtitle()}
        return [*super().get_breadcrumbs_items(), said]

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer the channels of the text's medium."""
        medium = Medium(self.text.medium) if self.text else None
        return {**super().get_form_kwargs(), "medium": medium}

    def get_initial(self) -> dict[str, Any]:
        """Begin with the text's own message, to who asks."""
        user: Any = self.request.user
        text = self.text
        spoken = text.locale.language_code if text else translation.get_language()
        is_mail = text is None or text.medium == Medium.MAIL
        return {
            "milestone": text.milestone if text else Milestone.SHIPPED.value,
            "language": spoken,
            "address": user.email if is_mail else "",
        }

    def form_valid(self, form: TrialForm) -> HttpResponse:
        """Send it, and say what became of it."""
        said, text = form.cleaned_data, self.text
        site = (text.preview_site() if text else None) or Site.find_for_request(self.request)
        arrange = text.preview_texts if text else list
        try:
            trial.send(
                said["channel"],
                Milestone(said["milestone"]),
                said["address"],
                language=said["language"],
                texts=previewed_texts(site, said["language"], arrange),
                site_id=site.pk if site else None,
                actor=self.request.user.get_username(),
            )
        except trial.CannotSend as error:
            form.add_error("address", str(error))
            return self.form_invalid(form)
        messages.success(self.request, _("The test message is on its way."))
        return redirect(trial_url(text))


class TrialMenuItem(MenuItem):  # type: ignore[misc]  # Wagtail is untyped
    """The entry of the menu, for who may."""

    def __init__(self) -> None:
        super().__init__(
            gettext_lazy("Send a test message"), trial_url(), name="order-status-trial", icon_name="mail", order=990
        )

    def is_shown(self, request: HttpRequest) -> bool:
        """Show it to who may send one."""
        return bool(request.user.has_perm(SEND_TEST))


def trial_url(text: MessageText | None = None) -> str:
    """Return the address of the form."""
    return reverse("order_status_trial_of", args=[text.pk]) if text else reverse("order_status_trial")
