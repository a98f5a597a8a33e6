"""What the database makes of a name, to keep the accused apart, is what recognition makes of it."""

import random

from django.db import connection

from victims.matching import marks

PARTS = (
    "Siân", "SIAN", "O'Neill", "O’NEILL", "O NEILL", "Mc Carthy", "MAC DONALD", "Łukasz", "Straße", "Ærø", "Þór",
    "Đặng",
    "Mr", "MRS", "Dr", "Ali", "El-Sayed", "Smith‐Jones", "Nguyễn", "李", "<b>", "X Æ", "ﬁona", "d'Arcy", "", ",", "  ",
    "ı", "Ünal", "4", "Ann-Marie", "–", "de la Cruz", "Mac",
)  # fmt: skip


def test_the_database_and_recognition_make_the_same_of_a_name(hub):
    chance = random.Random(4)
    names = [" ".join(chance.choices(PARTS, k=chance.randint(0, 4))) for _ in range(400)]
    names += ["SMITH, JOHN", "John Smith", "O BRIEN, SIÂN", "Mr", "Mr Smith", "<b>John</b> Smith"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT victims_name_mark(name) FROM unnest(%s::text[]) AS name", [names])
        made = [row[0] for row in cursor.fetchall()]
    recognised = [next(iter(marks(scheme="", name=name)), None) for name in names]
    differing = {name for name, one, other in zip(names, made, recognised, strict=True) if one != other}
    assert differing == set()
    assert made[-6:-4] == ["john smith", "john smith"]
