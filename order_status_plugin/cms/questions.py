"""Questions and answers that unfold: no script, and what a customer opened stays open when the page is brought up to date."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from wagtail.blocks import ListBlock, StructBlock

from .base import FEATURES, WORDS, OrderBlock
from .rich_text import safe
from .words import LineBlock, WordsBlock

#: More than this is a page of its own, which the contact card links to.
MOST = 30


class QuestionBlock(StructBlock):
    """One question and its answer."""

    question = LineBlock(label=_("Question"), max_length=200)
    answer = WordsBlock(label=_("Answer"), features=FEATURES)

    class Meta:
        label = _("Question and answer")
        icon = "help"
        label_format = "{question}"


class QuestionsBlock(OrderBlock):
    """What customers ask, answered: each answer unfolds under its question."""

    is_fixed: ClassVar[bool] = True
    is_general: ClassVar[bool] = True

    title = LineBlock(label=_("Heading"), max_length=200, default=_("Questions and answers"))
    questions = ListBlock(QuestionBlock(), label=_("Questions"), min_num=1, max_num=MOST)

    class Meta:
        group = WORDS
        label = _("Questions and answers")
        icon = "help"
        template = "order_status_plugin/blocks/questions.html"

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Add the rows, ready to print; the links of all answers are looked up together."""
        context: dict[str, Any] = super().get_context(value, parent_context)
        children = list(value["questions"].bound_blocks)
        answers = safe([child.value["answer"].source for child in children])
        context["rows"] = [
            {"id": child.id, "question": child.value["question"], "answer": answer}
            for child, answer in zip(children, answers, strict=True)
        ]
        return context
