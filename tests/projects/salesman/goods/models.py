"""What the shop sells: things with pictures, and files."""

from __future__ import annotations

from decimal import Decimal

from django.db import models


class Thing(models.Model):
    name = models.CharField(max_length=100)
    code = models.CharField(max_length=50)
    price = models.DecimalField(max_digits=10, decimal_places=2, default=Decimal("12.50"))
    image = models.ImageField(upload_to="things", blank=True)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/things/{self.code}/"

    def get_price(self, request: object) -> Decimal:
        return self.price


class File(models.Model):
    name = models.CharField(max_length=100)
    code = models.CharField(max_length=50)

    def __str__(self) -> str:
        return self.name

    def get_price(self, request: object) -> Decimal:
        return Decimal("4.00")
