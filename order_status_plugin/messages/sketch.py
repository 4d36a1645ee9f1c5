"""What the templates of a mail ask of its context: as much as decides how it looks, and marks in place of the words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..view.model import ParcelView, PendingView
from .layout import Words

#: Returns the mark of a value.
Mark = Callable[[Any], str]


def sketch_of(context: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """Return the sketch of what :mod:`.render` gives ``milestone.html`` and ``milestone.txt``; note the words in it.

    Two mails of one sketch are the same but for their words. What the templates read, and no more, is in it: whoever
    adds to them adds here.
    """
    mark, news, order, look = words.mark, context["news"], context["order"], context["look"]
    return {
        **{
            name: mark(context.get(name))
            for name in (
                "subject",
                "shop",
                "link",
                "stop",
                "number",
                "first_name",
                "word",
                "promise",
                "own_text",
                "step_name",
                "contact_url",
                "help_url",
            )
        },
        "own_body": words.mark_html(context["own_body"]),
        **{name: context[name] for name in ("is_test", "step", "step_width", "start", "end")},
        "look": {name: mark(getattr(look, name)) for name in ("help_email", "phone", "dial")},
        **{
            name: {
                "url": mark(context[name]["url"]),
                "mark": {"width": context[name]["mark"].width, "height": context[name]["mark"].height},
            }
            for name in ("logo", "dark_logo")
            if name in context
        },
        "news": {
            "milestone": str(news.milestone),
            "sentence": mark(news.sentence),
            "parcel": {"tone": news.parcel.tone} if news.parcel else None,
        },
        "order": {
            "shop": mark(order.shop),
            "tone": order.tone,
            "count": mark(order.count),
            "rest": mark(order.rest),
            "pending": _pending(order.pending, mark),
        },
        "special_messages": [
            {
                "level": said["level"],
                "body": words.mark_html(said["body"]),
                **{name: mark(said[name]) for name in ("title", "text", "button_label", "button_url")},
            }
            for said in context["special_messages"]
        ],
        "steps": [
            {"state": step.state, "name": mark(step.name), "when": {"day": mark(step.when.day)} if step.when else None}
            for step in context["steps"]
        ],
        "parcels": [(_parcel(parcel, mark), _items(items, mark)) for parcel, items in context["parcels"]],
        "pending_items": _items(context["pending_items"], mark),
        "also": _items(context["also"], mark),
    }


def _parcel(parcel: ParcelView, mark: Mark) -> dict[str, Any]:
    window, step = parcel.window, parcel.next_step
    return {
        "kicker": mark(parcel.kicker),
        "state": mark(parcel.state),
        "window": {name: mark(getattr(window, name)) for name in ("label", "day", "hours")} if window else None,
        "next_step": {"title": mark(step.title), "text": mark(step.text), "is_action": step.is_action}
        if step
        else None,
        "items": _lines(parcel.items, mark),
    }


def _pending(pending: PendingView | None, mark: Mark) -> dict[str, Any] | None:
    if pending is None:
        return None
    planned = {"day": mark(pending.planned.day)} if pending.planned else None
    return {"title": mark(pending.title), "planned": planned, "items": _lines(pending.items, mark)}


def _lines(items: Iterable[Any], mark: Mark) -> list[dict[str, str]]:
    """Return items as the text half lists them."""
    return [{name: mark(getattr(item, name)) for name in ("title", "quantity", "details")} for item in items]


def _items(items: Iterable[Mapping[str, Any]], mark: Mark) -> list[dict[str, Any]]:
    """Return items as the HTML half shows them."""
    return [
        {
            "has_column": each["has_column"],
            "url": mark(each["url"]),
            "item": {name: mark(getattr(each["item"], name)) for name in ("title", "quantity", "details", "initial")},
        }
        for each in items
    ]
