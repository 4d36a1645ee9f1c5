"""Registers what editors get in Wagtail's admin: registrations only."""

from __future__ import annotations

from django.templatetags.static import static
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString
from wagtail import hooks
from wagtail.admin.rich_text.editors.draftail.features import ControlFeature
from wagtail.rich_text import FeatureRegistry

from .cms import words


@hooks.register("register_rich_text_features")
def placeholders_in_rich_text(features: FeatureRegistry) -> None:
    """Let Draftail fields name the picker of placeholders as a feature."""
    features.register_editor_plugin("draftail", words.PICKER, ControlFeature({"type": words.PICKER}))


@hooks.register("insert_editor_js")
def placeholder_picker() -> SafeString:
    """Put the picker under fields for words."""
    return format_html(
        '{}<link rel="stylesheet" href="{}"><script src="{}"></script>',
        json_script(words.picker(), "order-placeholders"),
        static("order_status_plugin/placeholders.css"),
        static("order_status_plugin/placeholders.js"),
    )
