"""Kept pages: rendered once, served until the order changes or its time is up."""

from __future__ import annotations

from django.db import models


class KeptPage(models.Model):
    """The page of one order, with holes for what differs by request and, where it is private, for all that is personal."""

    order = models.ForeignKey("order_status_plugin.Order", on_delete=models.CASCADE, related_name="+", db_index=False)
    #: Language, release and settings that shaped it.
    variant = models.CharField(max_length=64)
    version = models.PositiveBigIntegerField()
    #: Of the content: see cms.epoch.
    epoch = models.PositiveBigIntegerField(default=0)
    valid_until = models.DateTimeField(db_index=True)
    html = models.TextField()

    class Meta:
        verbose_name = "kept page"
        verbose_name_plural = "kept pages"
        constraints = (models.UniqueConstraint(fields=("order", "variant"), name="order_status_kept_page"),)

    def __str__(self) -> str:
        return f"{self.order_id} {self.variant}"


class PageViewCount(models.Model):
    """How often order status pages were opened: by day, site and tier, and nothing more exact."""

    #: Null where no site answers to the address that was asked.
    site = models.ForeignKey("wagtailcore.Site", null=True, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    tier = models.CharField(max_length=10)
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = "page view count"
        verbose_name_plural = "page view counts"
        constraints = (models.UniqueConstraint(fields=("day", "site", "tier"), name="order_status_page_views"),)

    def __str__(self) -> str:
        return f"{self.day} {self.tier}: {self.count}"
