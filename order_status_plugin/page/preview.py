"""What customers will see, for those who write it: made-up orders through the real building and rendering.

Nothing is written, no script runs and no form is sent. Looking at a real order is a look of staff, and logged.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..access import find
from ..access.headers import policy, put_headers
from ..access.links import order_url, path_of, url_of
from ..access.tiers import PERMISSION, log_look
from ..channels import segments
from ..channels.base import Channel
from ..cms import epoch
from ..cms.audience import DAYS, UNPLAYED, Audience
from ..cms.layout import Placed, asks_loyalty, needs_of
from ..cms.look import Look, dressed
from ..cms.messages import Messages, previewed
from ..cms.preview import MAILS, MEDIA, SCENES, OrderPreviewMixin, message_of
from ..cms.sentence import TIERS, conditions
from ..cms.told import previewed_texts
from ..events import Medium, Milestone, Tier
from ..messages.person import person
from ..messages.render import Rendered
from ..messages.render import render as render_message
from ..messages.stop import nobodys_token
from ..messages.trial import channels
from ..tracking.models import Order
from ..tracking.queries import Picture
from ..view import samples
from ..view.build import build
from ..view.milestone import build_milestone
from ..view.names import first_name
from .checker import checker
from .render import answer, link_hole, render

BAR = "order_status_plugin/page/preview_bar.html"
SHORT = "order_status_plugin/page/preview_short.html"
COOKIE = "order_status_preview"
#: An address that leads nowhere: the links of the page stay on the page.
NOWHERE = "#"
EXAMPLE = "https://shop.example/orders/…"
#: As long as every link, and nobody's.
NOBODYS = "ExampleLinkOfAnOrderThatNobodyEverHasPlaced"
#: No allow-scripts: whatever an editor may have written, nothing of it runs in the admin's origin. In the panel beside
#: the form Wagtail's checker runs, by a nonce, and nothing else.
SANDBOX = "sandbox allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox"
SCRIPTS = re.compile(r"script-src [^;]*")
SCRIPT = re.compile(r"<script\b[^>]*>.*?</script>", re.IGNORECASE | re.DOTALL)
STYLE = re.compile(r'<link rel="stylesheet" href="[^"]*/style/\d+-[0-9a-f]{16}\.css">\n?')
BODY = re.compile(r"<body\b[^>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Switches:
    """How an editor looks: chosen in the bar, and kept in a cookie, for Wagtail reloads the preview as one writes."""

    tier: Tier
    parcels: str
    language: str

    @classmethod
    def of(cls, request: HttpRequest, subject: Any, given: Mapping[str, str]) -> Switches:
        """Return what the address says, else the cookie, else what most customers see."""
        kept = (request.COOKIES.get(COOKIE, "") + "..").split(".")
        locale = getattr(subject, "locale", None)
        languages = [code for code, _name in settings.LANGUAGES]
        spoken = getattr(locale, "language_code", "") or settings.LANGUAGE_CODE
        tier = _one_of([Tier.PUBLIC.value, Tier.PRIVATE.value], given.get("tier"), kept[0])
        return cls(
            tier=Tier(tier),
            parcels=_one_of([samples.ONE, samples.NONE, samples.MANY], given.get("parcels"), kept[1]),
            language=_one_of(sorted(languages, key=lambda code: code != spoken), given.get("language"), kept[2]),
        )

    def __str__(self) -> str:
        return f"{self.tier.value}.{self.parcels}.{self.language}"


class Easing:
    """What is being edited is shown though a condition of it is not met: the bar says which, or nobody could trust it.

    A real order meets a condition or does not, but for days, which may come; a made-up one cannot stand for all.
    """

    def __init__(self, *, is_example: bool) -> None:
        self._names = UNPLAYED if is_example else DAYS
        self._taken: list[Audience] = []

    def __call__(self, audience: Audience) -> Audience:
        """Return the audience without what is taken as met."""
        left, taken = audience.apart(self._names)
        self._taken.append(taken)
        return left

    def __str__(self) -> str:
        return "; ".join(dict.fromkeys(each for taken in self._taken for each in conditions(taken)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """What one preview shows, for the bar above it to say."""

    mode: str
    scene: str
    switches: Switches
    order: Order | None  # None for an example
    problem: str  # why it is not the order that was asked for
    eased: Easing


def _one_of(choices: list[str], *wanted: str | None) -> str:
    return next((each for each in wanted if each in choices), choices[0])


def _given(request: HttpRequest) -> dict[str, str]:
    return dict(getattr(request, "order_status_switches", {}))


def serve(subject: OrderPreviewMixin, request: HttpRequest, mode: str) -> HttpResponse:
    """Return the preview of a subject in one mode: a scene's name, or that of a message."""
    message = message_of(mode)
    scene = samples.MAILS[message[1]] if message else mode
    if scene not in samples.SCENES:
        raise Http404
    switches, (order, problem) = Switches.of(request, subject, _given(request)), _real_order(request)
    eased = Easing(is_example=order is None)
    with translation.override(switches.language):
        tier = Tier.PUBLIC if message else switches.tier
        rows = None if order else _sample(subject, scene, tier, switches.parcels)
        shown = order or (rows.order if rows else Order())
        response = (
            _message(subject, shown, rows, *message, eased)
            if message
            else _page(subject, request, shown, rows, switches, eased)
        )
    if order is not None:
        log_look(order, request.user.get_username(), tier)
    showing = Showing(mode=mode, scene=scene, switches=switches, order=order, problem=problem, eased=eased)
    _put_on(request, response, showing)
    return response


def _sample(subject: OrderPreviewMixin, scene: str, tier: Tier, parcels: str) -> Picture:
    site = subject.preview_site()
    return samples.sample(scene, tier, parcels, timezone.now(), site_id=site.pk if site else None)


def _page(
    subject: OrderPreviewMixin,
    request: HttpRequest,
    order: Order,
    rows: Picture | None,
    switches: Switches,
    eased: Easing,
) -> HttpResponse:
    layout = _layout(subject, eased)
    look = _look(subject)
    view = build(
        order,
        switches.tier,
        rows=rows,
        with_loyalty=asks_loyalty(layout),
        messages=_messages(subject, eased),
        link=link_hole(),
        needs=needs_of(layout),
        look=look,
    )
    html = render(view, layout, epoch=epoch.current())
    response = answer(request, html, NOWHERE, link=EXAMPLE if rows else order_url(order))
    if look is not None:
        # What nobody has saved has no address yet, so that its style comes inline.
        shown = STYLE.sub("", response.content.decode()).replace("</head>", f"<style>{look.css}</style></head>", 1)
        response.content = shown.encode()
        response["Content-Security-Policy"] = _with_inline_style()
    return response


def _look(subject: OrderPreviewMixin) -> Look | None:
    """Return the look that is being chosen, None where none is."""
    brand = subject.preview_brand()
    return dressed(brand.site, brand) if brand is not None else None


def _with_inline_style() -> str:
    return policy("'self'").replace("style-src ", "style-src 'unsafe-inline' ")


def _layout(subject: OrderPreviewMixin, eased: Easing) -> Sequence[Placed]:
    language = translation.get_language() or ""
    live = OrderPreviewMixin.preview_layout(subject, language)
    known = {id(placed) for placed in live}
    return [
        placed if id(placed) in known else replace(placed, audience=eased(placed.audience))
        for placed in subject.preview_layout(language)
    ]


def _messages(subject: OrderPreviewMixin, eased: Easing) -> Messages:
    return previewed(subject.preview_site(), translation.get_language() or "", subject.preview_messages, eased)


def _message(
    subject: OrderPreviewMixin,
    order: Order,
    rows: Picture | None,
    medium: Medium,
    milestone: Milestone,
    eased: Easing,
) -> HttpResponse:
    contact = None if rows else person(order.pk)
    name = first_name(contact.name if contact else samples.NAME if rows else "")
    link = EXAMPLE if rows else order_url(order)
    if rows and medium is Medium.SMS:
        link = url_of(order, path_of(NOBODYS))  # a text message is as long as its link
    texts = previewed_texts(subject.preview_site(), translation.get_language() or "", subject.preview_texts)
    # A note is about the order, other news of an order that was sent about a parcel: its subject may say "part of".
    parcels = rows.parcels if rows and milestone is not Milestone.NOTE else ()
    news = build_milestone(
        order,
        milestone,
        parcel_id=parcels[0].row.pk if parcels else None,
        rows=rows,
        messages=_messages(subject, eased),
        texts=texts,
        medium=medium,
        known={"link": link, "order_number": order.number, "first_name": name},
        look=_look(subject),
    )
    # A mail's links stay here, so that looking at one opens nothing.
    shown = NOWHERE if medium is Medium.MAIL else link
    channel = next((each for each in channels(medium).values()), None) if medium is Medium.SMS else None
    said = render_message(
        news,
        medium=medium,
        link=shown,
        stop=url_of(order, reverse("order_status:unsubscribe", args=[nobodys_token(channel.alias)]))
        if channel
        else shown,
        number=order.number,
        first_name=name,
        hint=channel.stop_hint() if channel else "",
    )
    return _mail(said) if medium is Medium.MAIL else _short(medium, said, news.order.shop, channel)


def _short(medium: Medium, said: Rendered, shop: str, channel: Channel | None) -> HttpResponse:
    """Return a text message, with what it takes, or a notification."""
    text = segments.plain(said.text) if medium is Medium.SMS else said.text
    size = segments.measure(text) if medium is Medium.SMS else None
    context = {"said": said, "text": text, "shop": shop, "size": size, "is_rtl": translation.get_language_bidi()}
    costs = channel.costs_by_country(text) if channel else {}
    return HttpResponse(render_to_string(SHORT, {**context, "costs": costs, "language": translation.get_language()}))


def _mail(mail: Rendered) -> HttpResponse:
    above = format_html('<div class="preview-mail"><b>{}</b></div>', mail.subject)
    below = format_html(
        '<details class="preview-mail"><summary>{}</summary><pre>{}</pre></details>', _("As plain text"), mail.text
    )
    html = BODY.sub(lambda found: found[0] + above, mail.html, count=1)
    response = HttpResponse(html.replace("</body>", f"{below}</body>"))
    # Mail programs read no stylesheet, so a mail brings its own, inline.
    response["Content-Security-Policy"] = _with_inline_style()
    return response


def _real_order(request: HttpRequest) -> tuple[Order | None, str]:
    """Return the order whose number was typed, or why there is none to be seen."""
    number = _given(request).get("order", "").strip()[:128]
    if not number:
        return None, ""
    if not _may_see_orders(request):
        return None, _("You may not look at orders.")
    orders = find.by_number(number).filter(erased_at=None).order_by("-placed_at", "-pk")
    found = orders.select_related("site").first()
    return found, "" if found else _("There is no order with this number.")


def _may_see_orders(request: HttpRequest) -> bool:
    user: Any = getattr(request, "user", None)
    return bool(user and user.is_authenticated and user.has_perm(PERMISSION))


def _put_on(request: HttpRequest, response: HttpResponse, showing: Showing) -> None:
    """Take out what could act, put the bar above it, and let the admin of this site frame it."""
    html = SCRIPT.sub("", response.content.decode()).replace('<form method="post"', '<form inert method="post"')
    if _given(request).get("bar") != "no":
        html = BODY.sub(lambda found: found[0] + _bar(request, showing), html, count=1)
        response.set_cookie(
            COOKIE,
            str(showing.switches),
            path=reverse("wagtailadmin_home"),
            httponly=True,
            samesite="Lax",
            secure=request.is_secure(),
        )
    given, sandbox, nonce = (
        response.get("Content-Security-Policy") or policy("'self'"),
        SANDBOX,
        secrets.token_urlsafe(),
    )
    if check := checker(request, nonce):
        html = html.replace("</body>", f"{check}</body>")
        given, sandbox = SCRIPTS.sub(f"script-src 'nonce-{nonce}'", given), f"{SANDBOX} allow-scripts"
    response.content = html.encode()
    response["Content-Security-Policy"] = f"{given}; {sandbox}"
    response["X-Frame-Options"] = "SAMEORIGIN"
    put_headers(response, "'self'")


def _bar(request: HttpRequest, showing: Showing) -> str:
    mode, order, switches = showing.mode, showing.order, showing.switches
    kept = {name: value for name, value in _given(request).items() if name in ("in_preview_panel", "t")}
    kept |= {"order": order.number} if order else {}
    message, counts = message_of(mode), samples.SCENES[showing.scene].counts

    def links(name: str, now: str, choices: Mapping[str, Any]) -> list[dict[str, Any]]:
        return [
            {
                "url": f"?{urlencode({**kept, 'mode': mode, name: value})}",
                "label": label,
                "is_now": value == now,
            }
            for value, label in choices.items()
        ]

    with translation.override(getattr(request, "order_status_language", "") or None):
        parcels = {
            samples.NONE: _("none"),
            samples.ONE: ngettext("%(n)s parcel", "%(n)s parcels", 1) % {"n": 1},
            samples.MANY: ngettext("%(n)s parcel", "%(n)s parcels", 3) % {"n": 3},
        }
        groups = []
        if message is None:
            tiers = {tier.value: TIERS[tier] for tier in (Tier.PUBLIC, Tier.PRIVATE)}
            groups.append((_("Seen by"), links("tier", switches.tier.value, tiers)))
        if order is None and len(counts) > 1:
            now = samples.count_for(showing.scene, switches.parcels)
            groups.append((_("Parcels"), links("parcels", now, {each: parcels[each] for each in counts})))
        if len(settings.LANGUAGES) > 1:
            groups.append((_("Language"), links("language", switches.language, dict(settings.LANGUAGES))))
        context = {
            "title": MAILS[message[1]] if message else SCENES[showing.scene],
            "medium": MEDIA[message[0]] if message else "",
            "groups": groups,
            "order": order,
            "problem": showing.problem,
            "taken": str(showing.eased),
            "may_see_orders": _may_see_orders(request),
            "hidden": {**{name: value for name, value in kept.items() if name != "order"}, "mode": mode},
            "number": _given(request).get("order", ""),
            "sample_url": f"?{urlencode({**{n: v for n, v in kept.items() if n != 'order'}, 'mode': mode})}",
        }
        return render_to_string(BAR, context)
