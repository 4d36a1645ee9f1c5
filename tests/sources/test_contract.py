"""Each source on its contract. The providers' side is the simulator's."""

from __future__ import annotations

import pytest

from order_status_plugin.testing.asked import AskedContract
from order_status_plugin.testing.nudged import NudgedContract
from order_status_plugin.testing.sources import SourceContract

from .plays import PLAYED, Asked, Nudging, Pushed


@pytest.mark.django_db
class TestAfterShip(Pushed, SourceContract):
    name = "aftership"
    backend = PLAYED["aftership"].backend


@pytest.mark.django_db
class TestAfterShipIsAsked(Asked, AskedContract):
    name = "aftership"
    backend = PLAYED["aftership"].backend


@pytest.mark.django_db
class TestEasyPost(Pushed, SourceContract):
    name = "easypost"
    backend = PLAYED["easypost"].backend


@pytest.mark.django_db
class TestEasyPostIsAsked(Asked, AskedContract):
    name = "easypost"
    backend = PLAYED["easypost"].backend


@pytest.mark.django_db
class TestShippo(Nudging, NudgedContract):
    name = "shippo"
    backend = PLAYED["shippo"].backend


@pytest.mark.django_db
class TestSeventeenTrack(Nudging, NudgedContract):
    name = "seventeentrack"
    backend = PLAYED["seventeentrack"].backend


@pytest.mark.django_db
class TestShip24(Nudging, NudgedContract):
    name = "ship24"
    backend = PLAYED["ship24"].backend


@pytest.mark.django_db
class TestTrackingMore(Nudging, NudgedContract):
    name = "trackingmore"
    backend = PLAYED["trackingmore"].backend


@pytest.mark.django_db
class TestStandard(Pushed, SourceContract):
    name = "standard"
    backend = PLAYED["standard"].backend
    secrets = PLAYED["standard"].secrets
