"""The stylesheet of one site: its brand's custom properties, at an address that names its content."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from ..access.headers import KEPT_FOR_EVER
from ..cms.look import look_for
from .door import PageView


class StyleView(PageView):
    """The same for everybody, so that no cookie is read or set, and the one answer of ours that caches may keep."""

    checks_csrf = False
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, site: int, digest: str) -> HttpResponse:
        """Return the stylesheet; a page that was drawn before the last change is led to what is true now."""
        look = look_for(site)
        if not look.css:
            raise Http404
        if digest != look.digest:
            return HttpResponseRedirect(look.style_url)
        return HttpResponse(look.css, content_type="text/css; charset=utf-8", headers={"Cache-Control": KEPT_FOR_EVER})
