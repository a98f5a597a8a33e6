"""What a page says to who reads it."""

import re
from html import unescape


def words_of(answer) -> str:
    """The text of a page's main part, without markup."""
    main = answer.content.decode().split("<main", 1)[1].split("</main>")[0]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", main)))
