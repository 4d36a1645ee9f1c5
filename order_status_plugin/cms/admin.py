"""How editors find and write what stands on the page, in Wagtail."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.admin.utils import quote
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.compare import TextFieldComparison
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel, ObjectList, PublishingPanel
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets import Button

from .audience import Audience
from .desk import STANDING, WrittenEditView, WrittenViewSet
from .sentence import sentence
from .special import SpecialMessage
from .words import WordsInput


class AudienceComparison(TextFieldComparison):
    """Compares two versions by their sentences."""

    def __init__(self, field: Any, obj_a: Any, obj_b: Any) -> None:
        super().__init__(field, obj_a, obj_b)
        self.val_a = sentence(Audience.of(field.value_from_object(obj_a)))
        self.val_b = sentence(Audience.of(field.value_from_object(obj_b)))


class AudiencePanel(FieldPanel):
    """Edits an audience."""

    def get_comparison_class(self) -> type[AudienceComparison]:
        """Return how two versions are compared."""
        return AudienceComparison


class SpecialMessageFilters(WagtailFilterSet):
    """What the list can be narrowed by."""

    class Meta:
        model = SpecialMessage
        fields: ClassVar[list[str]] = ["level", "live", "site", "is_on_page", "is_beside_parcels", "is_in_mails"]


class SpecialMessageEditView(WrittenEditView):
    """The form of one message, which leads to its overview sheet."""

    def leads_to(self) -> Button | None:
        """Return the way to the sheet."""
        meta = self.model._meta
        url = reverse("order_status_sheet_of", args=[meta.app_label, meta.model_name, quote(self.object.pk)])
        return Button(_("Every status at once"), url=url, icon_name="view", priority=5)


class SpecialMessageViewSet(WrittenViewSet):
    """The list and the forms of special messages."""

    model = SpecialMessage
    icon = "info-circle"
    menu_label = _("Special messages")
    menu_name = "order-status-messages"
    edit_view_class = SpecialMessageEditView
    ordering: ClassVar[list[str]] = ["-live", "-priority", "title"]
    filterset_class = SpecialMessageFilters
    search_fields: ClassVar[list[str]] = ["title", "text"]
    list_display: ClassVar[list[Any]] = [
        "title",
        Column("get_level_display", label=_("Level"), sort_key="level"),
        Column("where", label=_("Where")),
        Column("shown_to", label=_("Audience")),
        *STANDING,
    ]
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [FieldPanel("title", widget=WordsInput), FieldPanel("level"), FieldPanel("text"), FieldPanel("extras")],
                heading=_("Message"),
                icon="pilcrow",
            ),
            MultiFieldPanel(
                [
                    FieldRowPanel(
                        [FieldPanel("is_on_page"), FieldPanel("is_beside_parcels"), FieldPanel("is_in_mails")]
                    ),
                    FieldRowPanel([FieldPanel("priority"), FieldPanel("site")]),
                ],
                heading=_("Where"),
                icon="site",
            ),
            MultiFieldPanel(
                [
                    HelpPanel(template="order_status_plugin/staff/shown_to.html", heading=_("As it is saved")),
                    AudiencePanel("audience"),
                ],
                heading=_("For whom"),
                icon="group",
            ),
            PublishingPanel(),
        ]
    )
