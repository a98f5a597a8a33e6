"""What is wanted on a case by a time, for its page."""

from dataclasses import dataclass

from access.sight import Sight
from pathways.queries.assessments import titles
from referrals.models import Case, Prompt


@dataclass(frozen=True)
class PromptLine:
    """One prompt in words. assess: the instrument that answers it, where one does."""

    prompt: Prompt
    words: str
    assess: str


def prompt_lines(case: Case, sight: Sight) -> tuple[list[PromptLine], list[PromptLine]]:
    """The prompts that are open, the most urgent first, and those that were answered, newest first.

    Each is of the data category of what it rests on; sight: what the reader is shown of the case.
    """
    found = [one for one in case.prompts.order_by("due_at", "id") if one.category in sight.categories]
    named = titles() if found else {}
    lines = [
        PromptLine(
            prompt=prompt,
            words=prompt_words(prompt, named.get(prompt.instrument, prompt.instrument)),
            assess=prompt.instrument if prompt.kind == Prompt.Kind.ASSESSMENT else "",
        )
        for prompt in found
    ]
    open_ones = [line for line in lines if line.prompt.state == Prompt.State.OPEN]
    answered = [line for line in lines if line.prompt.ended_at and line.prompt.words]
    return open_ones, sorted(
        answered, key=lambda line: line.prompt.ended_at or line.prompt.due_at, reverse=True
    )


def prompt_words(prompt: Prompt, title: str) -> str:
    """Its headline. title: of its instrument."""
    if prompt.kind == Prompt.Kind.ASSESSMENT:
        return f"{title} is wanted"
    return f"{prompt.get_kind_display()}, from {title}"
