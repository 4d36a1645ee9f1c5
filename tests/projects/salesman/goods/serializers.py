"""How the shop's API shows its products. A module of its own: Salesman's modifiers import these."""

from __future__ import annotations

from rest_framework import serializers

from .models import File, Thing


class ThingSerializer(serializers.ModelSerializer):
    class Meta:
        model = Thing
        fields = ["name", "code", "image"]


class FileSerializer(serializers.ModelSerializer):
    class Meta:
        model = File
        fields = ["name", "code"]
