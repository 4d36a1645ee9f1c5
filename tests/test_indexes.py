"""One index a query: at a million orders each one that nothing needs costs a gigabyte, and every write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db.models import CharField, ForeignKey, Index, Model, UniqueConstraint

#: Of these there is a handful, however large the shop; their forms say which value is taken.
FEW = {"ApiKey", "MerchantCarrier", "SaleorInstall"}
MODELS = list(apps.get_app_config("order_status_plugin").get_models())


def whole(model: type[Model]) -> Iterator[tuple[str, ...]]:
    """Yield the columns of each index that holds every row: what begins one needs no other."""
    meta: Any = model._meta
    for field in meta.local_fields:
        if field.primary_key or field.unique or field.db_index:
            yield (field.name,)
    for made in (*meta.indexes, *meta.constraints):
        if isinstance(made, UniqueConstraint | Index) and not made.condition and made.fields:
            yield tuple(name.lstrip("-") for name in made.fields)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_no_index_begins_another(model: type[Model]) -> None:
    found = sorted(whole(model))
    doubled = [(one, other) for one in found for other in found if one != other and other[: len(one)] == one]
    assert doubled == []
    assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    "model", [model for model in MODELS if model.__name__ not in FEW], ids=lambda model: model.__name__
)
def test_no_text_has_a_second_index_for_like(model: type[Model]) -> None:
    """Django makes one on PostgreSQL for ``unique=True`` and ``db_index=True``: nothing of ours is looked up so."""
    texts = [field for field in model._meta.local_fields if isinstance(field, CharField) and not field.primary_key]
    assert [field.name for field in texts if field.unique or field.db_index] == []


def test_a_foreign_key_without_an_index_of_its_own_begins_another() -> None:
    """Else deleting what it refers to reads the whole table."""
    for model in MODELS:
        begun = {columns[0] for columns in whole(model)}
        partial = {index.fields[0] for index in model._meta.indexes if index.condition and index.fields}
        for field in model._meta.local_fields:
            if isinstance(field, ForeignKey):
                assert field.name in begun or (field.null and field.name in partial), f"{model.__name__}.{field.name}"
