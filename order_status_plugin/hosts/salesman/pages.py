"""Put the link where Salesman's staff look: its order in Django's admin and, by modeladmin, in Wagtail's."""

from __future__ import annotations

import logging
from importlib import import_module
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.template import TemplateDoesNotExist
from django.template.loader import get_template, render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from salesman.core.utils import get_salesman_model

logger = logging.getLogger(__name__)

_APP = "salesman.admin"
_MODELADMIN = "wagtail_modeladmin"
#: Salesman's template and ours, which extends it: so it does not matter which app is listed first.
_FORM = ("salesman/admin/change_form.html", "order_status_plugin/salesman/change_form.html")
_EDIT = ("salesman/admin/wagtail_edit.html", "order_status_plugin/salesman/wagtail_edit.html")
_LINK = "order_status_plugin/salesman/link.html"
_COLUMN = "order_status_page"


def place() -> None:
    """Give Salesman's admins our link. What the shop set itself, in a class of its own, stays."""
    if not apps.is_installed(_APP):
        return
    if apps.is_installed("django.contrib.admin"):
        _place("salesman.admin.admin", "change_form_template", _FORM)
    if apps.is_installed("wagtail.admin") and apps.is_installed(_MODELADMIN):
        _place("salesman.admin.wagtail_hooks", "edit_template_name", _EDIT)


def lacks_modeladmin() -> bool:
    """Say whether Salesman's orders are to be in Wagtail's admin, and what shows them there is not installed."""
    return apps.is_installed(_APP) and apps.is_installed("wagtail.admin") and not apps.is_installed(_MODELADMIN)


def _place(module: str, attribute: str, templates: tuple[str, str]) -> None:
    try:
        base: Any = import_module(module).BaseOrderAdmin
    except Exception:
        # A shop may run without this admin, or have taken it apart.
        logger.warning("no %s to carry the link", module, exc_info=True)
        return
    theirs, ours = templates
    if getattr(base, attribute) == theirs:
        setattr(base, attribute, ours)
    if not hasattr(base, _COLUMN):
        setattr(base, _COLUMN, _cell)
        base.list_display = [*base.list_display, _COLUMN]


def _cell(self: object, order: Any) -> SafeString:
    """Render the link in a list of orders."""
    return render_to_string(_LINK, {"order": order})


_cell.short_description = _("Order status page")  # type: ignore[attr-defined]


def admin_url(reference: str) -> str:
    """Return the path of an order in Django's admin, else in Wagtail's; "" where neither has it."""
    model = get_salesman_model("Order")
    names = [f"{model._meta.app_label}_{model._meta.model_name}_modeladmin_edit"]
    if apps.is_installed("django.contrib.admin") and model in admin.site._registry:
        names.insert(0, f"admin:{model._meta.app_label}_{model._meta.model_name}_change")
    for name in names:
        try:
            return reverse(name, args=[quote(reference)])
        except NoReverseMatch:
            continue
    return ""


def without_link() -> list[str]:
    """Return the admin of orders in Django's admin, where its page does not carry the link."""
    if not apps.is_installed("django.contrib.admin"):
        return []
    registered: Any = admin.site._registry.get(get_salesman_model("Order"))
    if registered is None or registered.change_form_template == _FORM[1]:
        return []
    return [] if _carries(registered.change_form_template) else [type(registered).__qualname__]


def _carries(name: str | None) -> bool:
    try:
        template: Any = get_template(name or "admin/change_form.html")
    except TemplateDoesNotExist:
        return False
    source = template.template.source
    return "order_status_url" in source or _FORM[1] in source
