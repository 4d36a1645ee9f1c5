"""Our addresses, as a shop includes them: ``path("orders/", include("order_status_plugin.urls"))``."""

from __future__ import annotations

from django.urls import include, path, re_path

from .api.health import HealthView
from .api.picture import PictureView
from .api.service import urlpatterns as api
from .flow import handle_message, take_order
from .intake.apps import ManifestView, RegisterView
from .intake.views import HookView
from .live.views import LiveView
from .messages.unsubscribe import UnsubscribeView
from .page.calendar import CalendarFileView
from .page.code import AskCodeForView, AskCodeView, CodeView
from .page.devices import DevicesView, EndDevicesView
from .page.door import NotFoundView
from .page.feedback import FeedbackView
from .page.identify import ClaimView, ForgetView, IdentifyView, LookUpView
from .page.mailed import MailLinksView
from .page.messages import MessagesView
from .page.push import AppView, MovedView, PushView, WorkerView
from .page.renew import RenewView
from .page.share import EndSharedView, SharedView, ShareView
from .page.style import StyleView
from .page.views import StatusPageView
from .page.wallet import WalletFileView
from .staff.dashboard import HomeView, OpenView, PopupView, WidgetView
from .wallet.service import LatestView, LogView, NothingView, RegistrationsView, RegistrationView
from .watching.views import MetricsView

app_name = "order_status"

#: A link is 36 characters or more, so that no word below collides with one.
LINK = r"(?P<link>[A-Za-z0-9_-]{36,128})"
#: What Apple calls a device, an order type and an order.
NAME = r"[A-Za-z0-9._-]{1,200}"
DEVICE = rf"(?P<device>{NAME})/registrations/(?P<order_type>{NAME})"
WALLET = r"^wallet/(?P<alias>[a-z0-9_-]{1,40})/"

#: Of a shop in which we are an app.
APP = r"^saleor/(?P<alias>[a-z][a-z0-9_-]{0,39})/"

hook = HookView.as_view(handle=handle_message)

urlpatterns = [
    path("", LookUpView.as_view(), name="lookup"),
    path("api/v1/", include(api)),
    path("claim/", ClaimView.as_view(), name="claim"),
    path("code/", CodeView.as_view(), name="code"),
    path("code/ask/", AskCodeView.as_view(), name="ask-code"),
    path("devices/<str:token>/", EndDevicesView.as_view(), name="end-devices"),
    path("health/", HealthView.as_view(), name="health"),
    path("hooks/<str:alias>/", hook, name="hook"),
    path("hooks/<str:alias>/<str:secret>/", hook, name="hook-with-secret"),
    path("links/", MailLinksView.as_view(), name="mail-links"),
    path("metrics/", MetricsView.as_view(), name="metrics"),
    path("push/moved/", MovedView.as_view(), name="push-moved"),
    path("push/worker.js", WorkerView.as_view(), name="push-worker"),
    re_path(rf"^push/{LINK}/app\.webmanifest$", AppView.as_view(), name="push-app"),
    re_path(rf"^push/{LINK}/(?P<deed>ask|subscribe|unsubscribe)/$", PushView.as_view(), name="push"),
    re_path(rf"{APP}$", HomeView.as_view(), name="app"),
    re_path(rf"{APP}manifest\.json$", ManifestView.as_view(), name="app-manifest"),
    re_path(rf"{APP}register/$", RegisterView.as_view(), name="app-register"),
    re_path(rf"{APP}open/$", OpenView.as_view(take=take_order), name="app-open"),
    re_path(rf"{APP}widget/$", WidgetView.as_view(take=take_order), name="app-widget"),
    re_path(rf"{APP}popup/$", PopupView.as_view(), name="app-popup"),
    path("share/<str:token>/", SharedView.as_view(), name="shared"),
    re_path(r"^style/(?P<site>[0-9]{1,9})-(?P<digest>[0-9a-f]{16})\.css$", StyleView.as_view(), name="style"),
    path("unsubscribe/<str:token>/", UnsubscribeView.as_view(), name="unsubscribe"),
    re_path(rf"{WALLET}$", NothingView.as_view(), name="wallet"),
    re_path(rf"{WALLET}v1/log$", LogView.as_view(), name="wallet-log"),
    re_path(rf"{WALLET}v1/orders/(?P<order_type>{NAME})/(?P<uid>{NAME})$", LatestView.as_view(), name="wallet-order"),
    re_path(rf"{WALLET}v1/devices/{DEVICE}$", RegistrationsView.as_view(), name="wallet-registrations"),
    re_path(rf"{WALLET}v1/devices/{DEVICE}/(?P<uid>{NAME})$", RegistrationView.as_view(), name="wallet-registration"),
    re_path(rf"^{LINK}/identify/$", IdentifyView.as_view(), name="identify"),
    re_path(rf"^{LINK}/forget/$", ForgetView.as_view(), name="forget"),
    re_path(rf"^{LINK}/code/$", AskCodeForView.as_view(), name="ask-code-for"),
    re_path(rf"^{LINK}/devices/$", DevicesView.as_view(), name="devices"),
    re_path(rf"^{LINK}/messages/$", MessagesView.as_view(), name="messages"),
    re_path(rf"^{LINK}/renew/$", RenewView.as_view(), name="renew"),
    re_path(rf"^{LINK}/share/$", ShareView.as_view(), name="share"),
    re_path(rf"^{LINK}/share/end/$", EndSharedView.as_view(), name="share-end"),
    re_path(rf"^{LINK}/feedback/$", FeedbackView.as_view(), name="feedback"),
    re_path(rf"^{LINK}/calendar\.ics$", CalendarFileView.as_view(), name="calendar"),
    re_path(rf"^{LINK}/wallet/(?P<alias>[a-z0-9_-]{{1,40}})\.order$", WalletFileView.as_view(), name="wallet-file"),
    re_path(rf"^{LINK}/order\.json$", PictureView.as_view(), name="picture"),
    re_path(rf"^{LINK}/live/$", LiveView.as_view(), name="live"),
    re_path(rf"^{LINK}/$", StatusPageView.as_view(), name="order"),
    re_path(rf"^{LINK}$", StatusPageView.as_view()),
    # Whatever it is, line breaks included.
    re_path(r"", NotFoundView.as_view(), name="not-found"),
]
