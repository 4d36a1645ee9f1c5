"""The form of the brand settings, in Wagtail."""

from __future__ import annotations

from django.apps import apps
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList, Panel

from .brand import BrandSettings


def _row(*names: str) -> FieldRowPanel:
    return FieldRowPanel([FieldPanel(name) for name in names])


def panels() -> ObjectList:
    """Return the panels. Pictures are chosen only where the project has Wagtail's images."""
    pictures: list[Panel] = []
    if apps.is_installed("wagtail.images"):
        pictures = [
            MultiFieldPanel(
                [_row("logo", "dark_logo"), FieldPanel("social_image")], heading=_("Pictures"), icon="image"
            )
        ]
    return ObjectList(
        [
            *pictures,
            MultiFieldPanel(
                [_row("accent", "background", "text"), _row("dark_accent", "dark_background", "dark_text")],
                heading=_("Colours"),
                icon="view",
                help_text=_(
                    "Leave empty what may stay as it is. Text has a contrast of at least 4.5:1 with what it stands on, "
                    "in the light and in the dark: a colour that cannot is refused, with the nearest one that can."
                ),
            ),
            MultiFieldPanel([_row("font", "corners")], heading=_("Type and corners"), icon="pilcrow"),
            MultiFieldPanel(
                [_row("help_url", "contact_url"), _row("contact_email", "contact_phone")],
                heading=_("Help and contact"),
                icon="mail",
                help_text=_("Stands in the foot of the page, in its help and in the contact card."),
            ),
        ]
    )


def register() -> None:
    """Put the form into Wagtail's settings. Who may change it is said by the permission of the model, site by site."""
    from wagtail.contrib.settings.registry import register_setting

    BrandSettings.edit_handler = panels()
    register_setting(BrandSettings, icon="view", name="order-status-look", order=650)
