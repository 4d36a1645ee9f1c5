"""The headers of every response that our code makes, and the door in which its failures become readable answers."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.core.files.storage import default_storage
from django.core.signals import got_request_exception, setting_changed
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.log import log_response
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.generic import View

from ..conf import conf

logger = logging.getLogger("order_status_plugin")

#: Turns a status (400, 403, 404 or 500) into the page that says so.
Refuse = Callable[[HttpRequest, int], HttpResponse]

_FIXED = (
    ("Cache-Control", "no-store, private"),
    # Not no-referrer: Django's CSRF check over HTTPS needs the referrer of our own origin.
    ("Referrer-Policy", "same-origin"),
    ("X-Robots-Tag", "noindex, nofollow, noarchive"),
    ("X-Content-Type-Options", "nosniff"),
    (
        "Permissions-Policy",
        "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
        "magnetometer=(), microphone=(), midi=(), payment=(), usb=()",
    ),
)

#: The one exception to ``no-store``: what holds nothing of any order, at an address that changes with its content.
#: A view sets it by itself; security.surface names the addresses that may.
KEPT_FOR_EVER = "public, max-age=31536000, immutable"


def _origins() -> list[str]:
    """Return the origins, other than our own, of the shop's static and media storage."""
    places: list[str | None] = [settings.STATIC_URL, settings.MEDIA_URL]
    for storage in (staticfiles_storage, default_storage):
        places.append(getattr(storage, "base_url", None))
        domain = getattr(storage, "custom_domain", None)  # of the cloud storages of django-storages
        places.append(f"https://{domain}/" if domain else None)
    found: dict[str, None] = {}
    for place in places:
        parts = urlsplit(str(place or ""))
        if parts.netloc:
            found[f"{parts.scheme or 'https'}://{parts.netloc}"] = None
    return list(found)


@functools.cache
def policy(frame_ancestors: str = "'none'", images: tuple[str, ...] = (), frames: tuple[str, ...] = ()) -> str:
    """Return the Content-Security-Policy: our own origin, the storages' and what the setting ``CSP`` adds.

    ``images`` are origins that this page alone may load pictures from, ``frames`` those that alone it may frame.
    """
    shop = ["'self'", *_origins()]
    directives = {
        "default-src": shop,
        "script-src": shop,
        "style-src": shop,
        "img-src": [*shop, *images],
        "font-src": shop,
        "connect-src": ["'self'"],
        "worker-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": [frame_ancestors],
    }
    if frames:
        directives["frame-src"] = list(frames)
    for directive, more in conf.CSP.items():
        given = [source for source in directives.get(directive, shop) if source != "'none'"]
        directives[directive] = [*given, *more]
    return "; ".join(f"{directive} {' '.join(sources)}" for directive, sources in directives.items())


@functools.cache
def headers(
    frame_ancestors: str = "'none'", images: tuple[str, ...] = (), frames: tuple[str, ...] = ()
) -> tuple[tuple[str, str], ...]:
    """Return the headers as names and values. They hang on settings only, so they are computed once a process."""
    return (*_FIXED, ("Content-Security-Policy", policy(frame_ancestors, images, frames)))


def _forget(*, setting: str, **kwargs: Any) -> None:
    if setting in {"ORDER_STATUS", "STATIC_URL", "MEDIA_URL", "STORAGES"}:
        policy.cache_clear()
        headers.cache_clear()


setting_changed.connect(_forget, dispatch_uid="order_status.headers")


def allow_images(response: HttpResponseBase, *origins: str) -> None:
    """Let this one page load pictures from further origins, which a setting names."""
    response.order_status_images = origins  # type: ignore[attr-defined]


def allow_frames(response: HttpResponseBase, *origins: str) -> None:
    """Let this one page frame these origins, which a setting names, and no other."""
    response.order_status_frames = origins  # type: ignore[attr-defined]


def put_headers(response: HttpResponseBase, frame_ancestors: str = "'none'") -> None:
    """Put our headers on a response; one that its view has set itself stays."""
    images = getattr(response, "order_status_images", ())
    frames = getattr(response, "order_status_frames", ())
    for name, value in headers(frame_ancestors, images, frames):
        response.headers.setdefault(name, value)


def refuse_plainly(request: HttpRequest, status: int) -> HttpResponse:
    """Answer a failure with one line of text: for machines. People get the pages of ``page.door``."""
    words = {
        400: _("This request cannot be understood."),
        403: _("This is not allowed."),
        404: _("There is nothing at this address."),
    }
    text = words.get(status) or _("Something went wrong here. Please try again later.")
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")


def _never(request: HttpRequest) -> HttpResponse:
    raise AssertionError("the CSRF check has no inner view")


#: ``_never`` stands for our view in the check: the real one is exempt, so that the check happens here.
_csrf = CsrfViewMiddleware(_never)


def _is_forged(request: HttpRequest) -> bool:
    if "CSRF_COOKIE" not in request.META:  # else the project's own middleware has read the cookie already
        _csrf.process_request(request)
    return _csrf.process_view(request, _never, (), {}) is not None


def _answer(request: HttpRequest, error: Exception, refuse: Refuse) -> HttpResponse:
    """Turn what a view raised into a response, as Django's handler would, but with our headers and words."""
    if isinstance(error, Http404):
        return refuse(request, 404)
    if isinstance(error, PermissionDenied):
        return refuse(request, 403)
    if isinstance(error, (BadRequest, SuspiciousOperation, MultiPartParserError)):
        logger.warning("Refused %s %s: %s", request.method, type(error).__name__, error)
        return refuse(request, 400)
    if settings.DEBUG or settings.DEBUG_PROPAGATE_EXCEPTIONS:
        raise error
    got_request_exception.send(sender=None, request=request)
    return refuse_plainly(request, 500)


def _told(request: HttpRequest) -> HttpRequest:
    """Return what a report may know of a request: Django mails it to a shop's admins.

    That is the host, the method and the pattern of the address. The address itself, cookies, what was typed and who
    it was would let the reader in, or tell of the customer.
    """
    told = HttpRequest()
    told.method, told.resolver_match = request.method, request.resolver_match
    told.path = told.path_info = f"/{request.resolver_match.route}" if request.resolver_match else "/"
    names = ("HTTP_HOST", "SERVER_NAME", "SERVER_PORT", "REQUEST_METHOD", "CONTENT_TYPE", "HTTP_USER_AGENT")
    told.META = {name: request.META[name] for name in names if name in request.META}
    return told


def secure(
    view: Callable[..., Any],
    *,
    checks_csrf: bool = True,
    frame_ancestors: str = "'none'",
    refuse: Refuse = refuse_plainly,
) -> Callable[..., Any]:
    """Wrap a view of ours: its headers, its CSRF check and its failures.

    The result needs no login under LoginRequiredMiddleware and runs outside of ATOMIC_REQUESTS on every database.
    ``checks_csrf=False`` is for machines that prove themselves otherwise.
    """

    @sensitive_variables()  # in every frame below: a report as HTML prints them
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase
        # What people type stays out of other reports, too.
        request.sensitive_post_parameters = "__ALL__"  # type: ignore[attr-defined]
        failure = None
        try:
            response = refuse(request, 403) if checks_csrf and _is_forged(request) else view(request, *args, **kwargs)
        except Exception as error:  # noqa: BLE001 - whatever it was, the answer carries our headers
            failure = error
            response = _answer(request, error, refuse)
        if response.status_code >= 500:
            # To the logger that a project watches already, as Django does it, which then does it no more.
            log_response(
                "%s: %s",
                response.reason_phrase,
                request.path,
                response=response,
                request=_told(request),
                exception=failure,
            )
        if checks_csrf:
            response = _csrf.process_response(request, response)
        put_headers(response, frame_ancestors)
        return response

    functools.update_wrapper(wrapped, view)
    door: Callable[..., Any] = login_not_required(csrf_exempt(wrapped))
    for alias in settings.DATABASES:
        door = transaction.non_atomic_requests(using=alias)(door)
    return door


class Secure(View):
    """The base of our class-based views: :func:`secure` around each."""

    checks_csrf: ClassVar[bool] = True
    frame_ancestors: ClassVar[str] = "'none'"

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., Any]:
        """Return the view function, wrapped."""
        return secure(
            super().as_view(**initkwargs),
            checks_csrf=cls.checks_csrf,
            frame_ancestors=cls.frame_ancestors,
            refuse=cls.refuse,
        )

    @staticmethod
    def refuse(request: HttpRequest, status: int) -> HttpResponse:
        """Answer a failure; see :data:`Refuse`."""
        return refuse_plainly(request, status)
