"""The rules for messages in Wagtail's admin: one form a site, with a table of what is told where."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.model import ModelViewSet

from ..conf import conf
from ..events import Milestone
from ..messages.rules import MessageRules
from ..messages.told import label_of
from ..messages.updates import wallets
from ..view.milestone import word_of


def _channels() -> list[str]:
    """Return the aliases of channels for which there is something to choose: a wallet follows every change."""
    silent = wallets()
    return [alias for alias in conf.CHANNELS if alias not in silent]


class MatrixWidget(forms.Widget):
    """A table of boxes: a row a milestone, a column a channel."""

    template_name = "order_status_plugin/staff/matrix.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Return the table; what the row does not say stands as the settings have it."""
        context = super().get_context(name, value, attrs)
        told = value if isinstance(value, dict) else {}
        aliases = _channels()
        context["channels"] = [label_of(alias) for alias in aliases]
        context["rows"] = [
            (
                word_of(milestone),
                [
                    (f"{alias}:{milestone.value}", milestone.value in told.get(alias, conf.MILESTONES), label_of(alias))
                    for alias in aliases
                ],
            )
            for milestone in Milestone
        ]
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, list[str]]:
        """Return what is ticked, for every channel that was shown."""
        ticked = set(data.getlist(name)) if hasattr(data, "getlist") else set(data.get(name, ()))
        return {
            alias: [milestone.value for milestone in Milestone if f"{alias}:{milestone.value}" in ticked]
            for alias in _channels()
        }

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Say no: a table without a tick is one."""
        return False


class MatrixField(forms.Field):
    """What is told where. A channel that is set as the settings have it follows them, also when they change."""

    widget = MatrixWidget

    def clean(self, value: Any) -> dict[str, list[str]]:
        """Return what differs from the settings."""
        told: dict[str, list[str]] = super().clean(value) or {}
        return {alias: milestones for alias, milestones in told.items() if set(milestones) != set(conf.MILESTONES)}

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare as they are stored."""
        return (initial or {}) != self.clean(data)


class MessageRulesForm(WagtailAdminModelForm):
    """The form of one site's rules."""

    told = MatrixField(label=_("What is told where"), required=False)
    rings_at_night = forms.MultipleChoiceField(
        label=_("Told at night, too"),
        required=False,
        choices=lambda: [(milestone.value, word_of(milestone)) for milestone in Milestone],
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Show the settings' milestones where the row has none."""
        super().__init__(*args, **kwargs)
        if self.instance.rings_at_night is None:
            self.initial["rings_at_night"] = list(conf.MESSAGES_RING_AT_NIGHT)

    def clean(self) -> dict[str, Any]:
        """Ask for both ends of the night."""
        given: dict[str, Any] = super().clean() or {}
        if (given.get("quiet_from") is None) is not (given.get("quiet_until") is None):
            self.add_error("quiet_until", _("Give both times, or none."))
        return given


class RulesView(IndexView):
    """The list: one a site, so there is nothing to search."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say so, or the search of a shop on django-oscar, which stands in every context, would stand in the head."""
        return {**super().get_context_data(**kwargs), "search_form": None}


class MessageRulesViewSet(ModelViewSet):
    """The list and the forms."""

    model = MessageRules
    index_view_class = RulesView
    name = "order_status_rules"
    url_prefix = "order-status/rules"
    icon = "mail"
    menu_label = _("Rules for messages")
    menu_name = "order-status-rules"
    list_display: ClassVar[list[Any]] = ["site", BooleanColumn("is_on", label=_("send messages")), "support_email"]
    list_filter: ClassVar[list[str]] = ["is_on"]
    inspect_view_enabled = False
    copy_view_enabled = False

    @cached_property
    def edit_handler(self) -> Any:
        """Return the panels."""
        return ObjectList(
            [
                FieldPanel("site"),
                FieldPanel("is_on"),
                FieldPanel("told"),
                MultiFieldPanel(
                    [
                        FieldPanel("tells_overtaken"),
                        FieldRowPanel([FieldPanel("digest_seconds"), FieldPanel("max_age_hours")]),
                    ],
                    heading=_("When"),
                ),
                MultiFieldPanel(
                    [
                        FieldRowPanel([FieldPanel("quiet_from"), FieldPanel("quiet_until")]),
                        FieldPanel("rings_at_night"),
                    ],
                    heading=_("The night"),
                ),
                MultiFieldPanel(
                    [
                        FieldRowPanel([FieldPanel("unsent_days"), FieldPanel("silent_days")]),
                        FieldPanel("support_email"),
                    ],
                    heading=_("What does not move"),
                ),
            ],
            base_form_class=MessageRulesForm,
        )
