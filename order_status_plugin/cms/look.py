"""How a site looks and what it is called: read once an epoch, kept in this process."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import urljoin

from django.apps import apps
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from wagtail.models import Site

from ..conf import conf
from . import epoch as epochs
from . import site as sites
from .addresses import is_address
from .brand import BrandSettings
from .contact import dialled
from .fonts import FONTS, ROUND, SYSTEM, Font, font, radius
from .palette import DARK, LIGHT, Shades, Unreadable
from .site import site_of

logger = logging.getLogger(__name__)

LOGO, SOCIAL = "max-480x160", "fill-1200x630"
#: CSS pixels that a logo takes at most; its file has twice as many.
LOGO_WIDTH, LOGO_HEIGHT = 240, 40


@dataclass(frozen=True, slots=True)
class Mark:
    """A picture, ready to print: where its file is, and how many pixels it takes."""

    url: str
    width: int
    height: int

    def within(self, width: int, height: int) -> Mark:
        """Return it as large as fits into so many CSS pixels; never larger than it is."""
        share = min(width / self.width, height / self.height, 1)
        return Mark(self.url, max(round(self.width * share), 1), max(round(self.height * share), 1))


@dataclass(frozen=True, kw_only=True)
class Look:
    """One site. What its brand settings leave open is what the project's settings say."""

    site_id: int | None = None
    name: str = ""
    root: str = ""  # address of the site, without a last slash
    light: Shades = LIGHT
    dark: Shades = DARK
    font: Font = FONTS[SYSTEM]
    radius: float = radius(ROUND)  # of a card, in rem
    is_styled: bool = False
    logo: Mark | None = None
    dark_logo: Mark | None = None
    social_image: Mark | None = None
    own_help_url: str = ""
    own_help_email: str = ""
    contact_url: str = ""
    phone: str = ""

    @property
    def shop(self) -> str:
        """Return the shop's name, as its customers know it: the setting, else the site's."""
        return str(conf.SHOP_NAME or self.name)

    @property
    def help_url(self) -> str:
        """Return where the help pages are."""
        return str(self.own_help_url or conf.HELP_URL)

    @property
    def help_email(self) -> str:
        """Return where customers write to."""
        return str(self.own_help_email or conf.HELP_EMAIL)

    @property
    def dial(self) -> str:
        """Return the phone number as a device dials it."""
        return dialled(self.phone)

    @property
    def style_url(self) -> str:
        """Return the address of the site's stylesheet, "" where it has none of its own."""
        named = {"site": self.site_id, "digest": self.digest}
        return reverse("order_status:style", kwargs=named) if self.css else ""

    def context(self) -> dict[str, Any]:
        """Return what the templates around a page read of it."""
        return {
            "look": self,
            "shop": self.shop,
            "help_url": self.help_url,
            "help_email": self.help_email,
            "contact_url": self.contact_url,
            "phone": self.phone,
        }

    @property
    def social_url(self) -> str:
        """Return the whole address of the picture for shared links, "" for none."""
        return urljoin(f"{self.root}/", self.social_image.url) if self.social_image else ""

    @cached_property
    def css(self) -> str:
        """Return the stylesheet of the site, "" where it has none of its own."""
        return stylesheet(self) if self.is_styled else ""

    @cached_property
    def digest(self) -> str:
        """Return the name of that stylesheet: another text has another one."""
        return hashlib.sha256(self.css.encode()).hexdigest()[:16] if self.css else ""


#: Of nobody: as it comes.
PLAIN = Look()


def look_for(site_id: int | None, epoch: int | None = None) -> Look:
    """Return the look of a site, of the default one for None.

    ``epoch`` is the content's: a newer one is read anew. Who does not know it pays a query for it.
    """
    return _read(site_id, epochs.current() if epoch is None else epoch)


def look_of(request: HttpRequest) -> Look:
    """Return the look of the site that a request is for."""
    site = Site.find_for_request(request)
    return look_for(site.pk if site else None)


def forget() -> None:
    """Read everything anew: for tests, whose epochs are rolled back."""
    _read.cache_clear()
    sites.forget()


@lru_cache(maxsize=64)
def _read(site_id: int | None, epoch: int) -> Look:
    site = site_of(site_id, epoch)
    if site is None:
        return Look(site_id=site_id, name=_site_name(None))
    brand: BrandSettings | None = getattr(site, "brandsettings", None)
    return dressed(site, brand)


def dressed(site: Any, brand: BrandSettings | None) -> Look:
    """Return the look of a site in these brand settings, saved or not."""
    plain = Look(site_id=site.pk, name=_site_name(site), root=site.root_url)
    if brand is None:
        return plain
    try:
        light, dark = brand.shades()
    except Unreadable:  # saved past its form, or before a rule of ours was stricter
        logger.exception("the colours of site %s cannot be read, and are left out", site.pk)
        light, dark = LIGHT, DARK
    marks = _marks([(brand.logo, LOGO), (brand.dark_logo, LOGO), (brand.social_image, SOCIAL)])
    return Look(
        site_id=site.pk,
        name=plain.name,
        root=plain.root,
        light=light,
        dark=dark,
        font=font(brand.font),
        radius=radius(brand.corners),
        is_styled=brand.is_styled,
        logo=marks.get((brand.logo, LOGO)),
        dark_logo=marks.get((brand.dark_logo, LOGO)),
        social_image=marks.get((brand.social_image, SOCIAL)),
        own_help_url=_address(brand.help_url),
        own_help_email=brand.contact_email,
        contact_url=_address(brand.contact_url),
        phone=brand.contact_phone,
    )


def _address(url: str) -> str:
    """Return an address that a form would have taken: a row may come from elsewhere."""
    return url if is_address(url) else ""


def _marks(wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Mark]:
    """Return the pictures by key and size: one query for all that were drawn before. One that is gone is left out."""
    wanted = {each for each in wanted if each[0]}
    if not wanted or not apps.is_installed("wagtail.images"):
        return {}
    from wagtail.images import get_image_model
    from wagtail.images.models import Filter

    model = get_image_model()
    keys, specs = {key for key, _spec in wanted}, {spec for _key, spec in wanted}
    drawn = model.get_rendition_model()._default_manager.filter(image_id__in=keys, filter_spec__in=specs)
    found = {
        (str(each.image_id), each.filter_spec): _mark(each, each.filter_spec)
        for each in drawn.select_related("image")
        # A picture that is cropped is drawn anew when the point moves that it is cropped around.
        if each.focal_point_key == Filter(each.filter_spec).get_cache_key(each.image)
    }
    missing = wanted - set(found)
    images = model._default_manager.in_bulk({key for key, _spec in missing}) if missing else {}
    by_key = {str(pk): image for pk, image in images.items()}
    for key, spec in missing:
        if key in by_key and (mark := _draw(by_key[key], spec)):
            found[key, spec] = mark
    return found


def _draw(image: Any, spec: str) -> Mark | None:
    try:
        return _mark(image.get_rendition(spec), spec)
    except Exception:  # whatever a storage or an image library raises, the page is shown without
        logger.exception("image %s cannot be drawn", image.pk)
        return None


def _mark(rendition: Any, spec: str) -> Mark:
    mark = Mark(rendition.url, rendition.width, rendition.height)
    return mark.within(LOGO_WIDTH, LOGO_HEIGHT) if spec == LOGO else mark


def _site_name(site: Any) -> str:
    named = (site.site_name if site else "") or getattr(settings, "WAGTAIL_SITE_NAME", "")
    return str(named or (site.hostname if site else ""))


def stylesheet(look: Look) -> str:
    """Return the custom properties of a look as CSS, for both schemes. status.css stands below it in rank."""
    shape = f"--os-font: {look.font.stack}; --os-radius: {look.radius:g}rem; "
    dark = f"@media (prefers-color-scheme: dark) {{ .os {{ {_declared(look.dark)} }} }}\n"
    return f".os {{ {shape}{_declared(look.light)} }}\n{dark}"


def _declared(shades: Shades) -> str:
    scheme = "dark" if shades.is_dark else "light"
    return " ".join(f"{name}: {value};" for name, value in (*shades.properties(), ("color-scheme", scheme)))
