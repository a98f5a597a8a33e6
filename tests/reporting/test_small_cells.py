"""Small cells: no reader of a published table can tell what a count from 1 to 4 is."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from reporting.small_cells import NOT_SHOWN, SMALL, Sum, bounds, is_small, suppressed


def test_a_small_count_is_hidden_and_zero_and_five_are_not():
    assert suppressed({"a": 0, "b": 1, "c": 4, "d": 5}) == {"a": 0, "b": SMALL, "c": SMALL, "d": 5}


def test_one_small_part_of_a_total_takes_another_with_it():
    line = Sum("all", ("a", "b", "c"))
    assert suppressed({"all": 33, "a": 3, "b": 10, "c": 20}, [line]) == {
        "all": 33, "a": SMALL, "b": NOT_SHOWN, "c": 20,
    }  # fmt: skip


def test_two_small_parts_that_their_total_would_tell_take_another():
    line = Sum("all", ("a", "b", "c"))
    assert suppressed({"all": 22, "a": 1, "b": 1, "c": 20}, [line])["c"] == NOT_SHOWN


def test_where_nothing_else_is_left_the_total_goes():
    line = Sum("all", ("a", "b"))
    assert suppressed({"all": 8, "a": 4, "b": 4}, [line]) == {"all": NOT_SHOWN, "a": SMALL, "b": SMALL}


def test_four_of_one_each_are_not_told_by_that_they_are_small():
    line = Sum("all", ("a", "b", "c", "d"))
    shown = suppressed({"all": 4, "a": 1, "b": 1, "c": 1, "d": 1}, [line])
    assert NOT_SHOWN in shown.values()
    assert all(low < high for low, high in bounds(shown, [line]).values())


def test_rounded_counts_keep_their_total_beside_a_small_one():
    line = Sum("all", ("a", "b"))
    assert suppressed({"all": 33, "a": 3, "b": 30}, [line], to=5) == {"all": 35, "a": SMALL, "b": 30}


def test_rounding_that_would_tell_a_small_one_after_all_hides_another():
    line = Sum("all", ("a", "b", "c"))
    assert suppressed({"all": 33, "a": 4, "b": 12, "c": 17}, [line], to=5)["b"] == NOT_SHOWN


COUNTS = st.one_of(st.integers(0, 6), st.integers(0, 60))


@st.composite
def lines(draw, longest: int = 6):
    parts = draw(st.lists(COUNTS, min_size=1, max_size=longest))
    counts = dict(enumerate(parts)) | {"all": sum(parts)}
    return counts, [Sum("all", tuple(range(len(parts))))]


@st.composite
def grids(draw):
    """Rows and columns with both totals, and the total of all."""
    height, width = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    cells = {(row, column): draw(COUNTS) for row in range(height) for column in range(width)}
    counts: dict = dict(cells)
    sums = []
    for row in range(height):
        counts[row, "all"] = sum(cells[row, column] for column in range(width))
        sums.append(Sum((row, "all"), tuple((row, column) for column in range(width))))
    for column in range(width):
        counts["all", column] = sum(cells[row, column] for row in range(height))
        sums.append(Sum(("all", column), tuple((row, column) for row in range(height))))
    counts["all", "all"] = sum(cells.values())
    sums.append(Sum(("all", "all"), tuple((row, "all") for row in range(height))))
    sums.append(Sum(("all", "all"), tuple(("all", column) for column in range(width))))
    return counts, sums


@given(st.one_of(lines(), grids()), st.sampled_from([1, 5]))
def test_no_small_count_is_shown_nor_can_be_worked_out(table, to):
    counts, sums = table
    shown = suppressed(counts, sums, to=to)
    worked_out = bounds(shown, sums, to=to)
    for key, count in counts.items():
        low, high = worked_out[key]
        assert low <= count <= high
        if is_small(count):
            assert shown[key] in (SMALL, NOT_SHOWN)
            assert low < high


@given(st.one_of(lines(), grids()))
def test_what_is_shown_is_true_and_nothing_is_hidden_where_nothing_is_small(table):
    counts, sums = table
    shown = suppressed(counts, sums)
    assert all(cell == counts[key] for key, cell in shown.items() if isinstance(cell, int))
    if not any(is_small(count) for count in counts.values()):
        assert shown == counts


@given(lines(longest=3))
def test_whoever_tries_every_table_that_fits_is_left_with_more_than_one_answer(table):
    """The strongest reader: every table of counts that agrees with what was published."""
    counts, sums = table
    shown = suppressed(counts, sums)
    parts = sums[0].parts
    wide = {SMALL: range(1, 5), NOT_SHOWN: range(70)}
    ranges = [[cell] if isinstance(cell := shown[part], int) else wide[cell] for part in parts]
    total = [shown["all"]] if isinstance(shown["all"], int) else wide[shown["all"]]
    fits = [guess for guess in product(*ranges) if sum(guess) in total]
    for place in parts:
        if is_small(counts[place]):
            assert len({guess[place] for guess in fits}) > 1
