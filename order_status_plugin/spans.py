"""OpenTelemetry spans along ``flow.py``: nothing at all without the package, or without a provider that takes them.

A span never holds what an exception says: that may quote a row. It keeps the kind of the exception alone, and facts out
of the few that :func:`note` takes; none of them is personal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

try:
    from opentelemetry import propagate, trace
    from opentelemetry.context import Context
except ImportError:
    trace = None  # type: ignore[assignment]

P = ParamSpec("P")
R = TypeVar("R")

#: Names of spans and of their attributes begin with it.
PREFIX = "order_status."
#: What carries a trace from one process to the next, as the W3C names it: no word of any order.
CARRIERS = ("traceparent", "tracestate")
#: Characters of a locator by which logs and traces tell one order from another: it is keyed, and opens nothing.
SHORT = 8


def short(locator: str) -> str:
    """Return by what an order is called in logs and traces: ``Order.objects.filter(locator__startswith=…)`` finds it."""
    return locator[:SHORT]


def is_on() -> bool:
    """Say whether anybody takes spans."""
    return trace is not None and not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)


@contextmanager
def span(name: str, about: Iterable[Mapping[str, Any]] = ()) -> Iterator[None]:
    """Hold what happens inside together under this name; an exception is noted by its kind, and goes on.

    ``about``: what rows that are worked on together carry of their traces; the span is linked to each.
    """
    if not is_on():
        yield
        return
    tracer = trace.get_tracer("order_status_plugin")
    links = [trace.Link(theirs) for kept in about if (theirs := _context_of(kept)).is_valid]
    with tracer.start_as_current_span(
        PREFIX + name, links=links, record_exception=False, set_status_on_exception=False
    ) as ours:
        try:
            yield
        except BaseException as error:
            ours.set_attribute("error.type", type(error).__qualname__)
            ours.set_status(trace.Status(trace.StatusCode.ERROR))
            raise


def traced(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator: each call is a span."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            if not is_on():
                return function(*args, **kwargs)
            with span(name):
                return function(*args, **kwargs)

        return call

    return decorate


def note(
    *, alias: str = "", order: str = "", message: int | None = None, count: int | None = None, outcome: str = ""
) -> None:
    """Note facts of the present span: an alias, a :func:`short` locator, an inbox message's key, a number, a state."""
    if not is_on():
        return
    facts = {"alias": alias, "order": order, "message": message, "count": count, "outcome": outcome}
    trace.get_current_span().set_attributes(
        {f"{PREFIX}{name}": value for name, value in facts.items() if value not in (None, "")}
    )


def carried() -> dict[str, str]:
    """Return what to keep beside a row so that whoever works on it later goes on with this trace."""
    found: dict[str, str] = {}
    if is_on():
        propagate.inject(found)
    return {name: value for name, value in found.items() if name in CARRIERS}


def _carried_by(kept: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(kept[name]) for name in CARRIERS if name in kept}


def _context_of(kept: Mapping[str, Any]) -> Any:
    return trace.get_current_span(propagate.extract(_carried_by(kept), Context())).get_span_context()


@contextmanager
def resumed(kept: Mapping[str, Any]) -> Iterator[None]:
    """Go on with the trace of a row that is worked on now; inside of that very trace nothing changes."""
    if not is_on() or "traceparent" not in kept:
        yield
        return
    from opentelemetry import context

    here = trace.get_current_span().get_span_context()
    theirs = propagate.extract(_carried_by(kept))
    if trace.get_current_span(theirs).get_span_context().trace_id in (here.trace_id, trace.INVALID_TRACE_ID):
        yield
        return
    token = context.attach(theirs)
    try:
        yield
    finally:
        context.detach(token)


def ids() -> dict[str, str]:
    """Return trace and span of this moment, for a line of a log: empty where there is none."""
    if not is_on():
        return {}
    here = trace.get_current_span().get_span_context()
    if not here.is_valid:
        return {}
    return {"trace_id": f"{here.trace_id:032x}", "span_id": f"{here.span_id:016x}"}
