"""The policy of the matrix as a table for a data protection officer. `python -m tests.matrix.table` prints it."""

from tests.matrix.policy import (
    CONTENT,
    EXISTENCE,
    HUB,
    READERS,
    REFERRAL,
    RELATIONS,
    SENT,
    Reader,
    Relation,
    may_see,
)

INTRODUCTION = """# Who may see what

Printed from `tests/matrix/policy.py` by `python -m tests.matrix.table`; a test holds the two together, and the
matrix holds the product against them (see [proof.md](proof.md)). Each line is a case as agencies stand to it, each
column who asks. **all**: the whole of it. Otherwise the data categories that are shown; *referral*: that there was
one, and how it ended; *reference*: the case's public reference, as the access log names it; *sent*: the rows that
the sender itself had sent. An empty cell: nothing, and nothing that tells that it exists.
"""


def cell(reader: Reader, relation: Relation) -> str:
    """What the reader may see of such a case, in a few words."""
    shown = [kind for kind in (*CONTENT, HUB, SENT, EXISTENCE, REFERRAL) if may_see(reader, relation, kind)]
    if len(shown) == len((*CONTENT, HUB, SENT, EXISTENCE, REFERRAL)):
        return "all"
    words = [kind.replace("_", " ") for kind in shown if kind in (*CONTENT, HUB, SENT)]
    if REFERRAL in shown:
        words.append("*referral*" if EXISTENCE not in shown or words else "*reference*")
    return ", ".join(words)


def text() -> str:
    """The whole page."""
    head = "| case | " + " | ".join(reader.words for reader in READERS) + " |"
    lines = [
        f"| {relation.words} | " + " | ".join(cell(reader, relation) for reader in READERS) + " |"
        for relation in RELATIONS.values()
    ]
    return "\n".join([INTRODUCTION, head, "|---" * (len(READERS) + 1) + "|", *lines, ""])


if __name__ == "__main__":
    print(text(), end="")
