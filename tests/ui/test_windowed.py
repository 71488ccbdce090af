import threading

import pytest

from pos.ui.models.windowed import DISPLAY, FIRST, KEEP, PAGE, ROW, WindowedModel

MILLION = 1_000_000


class Source:
    def __init__(self, rows):
        self.rows, self.asked, self.threads = rows, [], set()

    def count(self):
        self.threads.add(threading.get_ident())
        return self.rows

    def page(self, offset, limit):
        self.threads.add(threading.get_ident())
        self.asked.append(offset)
        return [(f"row {n}",) for n in range(offset, min(offset + limit, self.rows))]


@pytest.fixture
def shown(qtbot, calls):
    def make(rows):
        source, model = Source(rows), WindowedModel(calls)
        with qtbot.waitSignal(model.ready):
            model.show_source(source.count, source.page)
        return source, model

    return make


def text(model, row):
    return model.index(row, 0).data(DISPLAY)


def test_it_is_a_well_behaved_qt_model(shown, qtmodeltester):
    _, model = shown(450)
    qtmodeltester.check(model)


def test_rows_arrive_after_a_placeholder(qtbot, shown):
    _, model = shown(MILLION)
    assert model.rowCount() == MILLION
    assert text(model, 0) == "row 0"
    assert text(model, 777_777) is None
    with qtbot.waitSignal(model.dataChanged) as changed:
        model.row_at(777_777)
    assert changed.args[0].row() == 777_777 // PAGE * PAGE
    assert text(model, 777_777) == "row 777777"
    assert model.index(777_777, 0).data(ROW) == ("row 777777",)


def test_the_first_page_is_read_whole_when_it_is_looked_at(qtbot, shown):
    source, model = shown(MILLION)
    assert text(model, FIRST - 1) == f"row {FIRST - 1}"
    assert source.asked == [0]
    assert text(model, FIRST) is None
    qtbot.waitUntil(lambda: text(model, PAGE - 1) == f"row {PAGE - 1}")
    assert source.asked == [0, 0]


def test_with_the_top_chosen_no_more_is_read_than_what_is_in_view(qtbot, calls):
    source, model = Source(MILLION), WindowedModel(calls, first=12)
    for near, asked in ((0, [0]), (5, [0, 0]), (3 * PAGE, [0, 2 * PAGE, 3 * PAGE])):
        source.asked.clear()
        model.near = near
        with qtbot.waitSignal(model.ready):
            model.show_source(source.count, source.page)
        assert source.asked == asked


def test_rows_that_are_gone_meanwhile_are_not_asked_for_again(qtbot, calls):
    source, model = Source(FIRST + 10), WindowedModel(calls)
    with qtbot.waitSignal(model.ready):
        model.show_source(lambda: FIRST + 20, source.page)
    for _ in range(3):
        assert text(model, FIRST + 15) is None
        qtbot.waitUntil(lambda: text(model, FIRST + 9) is not None)
        qtbot.wait(10)
    assert source.asked == [0, 0]


def test_memory_is_bounded_and_nothing_is_read_on_the_gui_thread(qtbot, shown):
    source, model = shown(MILLION)
    for page in range(200):
        row = page * PAGE * 7 % MILLION
        model.row_at(row)
        qtbot.waitUntil(lambda row=row: text(model, row) is not None)
    assert model.pages_in_memory <= KEEP
    assert threading.get_ident() not in source.threads


def test_a_flick_through_everything_reads_only_the_last_pages(qtbot, shown):
    source, model = shown(MILLION)
    for row in range(0, MILLION, PAGE):
        model.row_at(row)
    qtbot.waitUntil(lambda: text(model, MILLION - 1) is not None)
    qtbot.wait(20)
    assert len(source.asked) < 20


def test_an_answer_of_the_source_before_is_dropped(qtbot, shown):
    _, model = shown(10)
    slow, quick = Source(5), Source(3)
    model.show_source(slow.count, slow.page)
    with qtbot.waitSignal(model.ready):
        model.show_source(quick.count, quick.page)
    assert model.rowCount() == 3


def test_asking_for_the_other_roles_reads_nothing(shown):
    source, model = shown(MILLION)
    for role in (1, 6, 7, 8, 9, 13):
        assert model.index(900_000, 0).data(role) is None
    assert source.asked == [0]


def test_a_page_asked_for_between_two_sources_is_never_shown_as_the_new_ones(qtbot, shown):
    """Scrolled while the new list is being read: what comes is the old list's."""
    _, model = shown(MILLION)
    model.show_source(lambda: MILLION, lambda at, n: [(f"new {at + i}",) for i in range(n)])
    model.row_at(3 * PAGE)
    with qtbot.waitSignal(model.ready):
        pass
    qtbot.waitUntil(lambda: text(model, 3 * PAGE) is not None)
    assert text(model, 3 * PAGE) == f"new {3 * PAGE}"


def test_a_page_of_the_old_source_does_not_keep_the_new_one_waiting(qtbot, shown):
    """One look is enough: a view that shows a placeholder does not ask again by itself."""
    _, model = shown(MILLION)
    model.show_source(lambda: MILLION, lambda at, n: [(f"new {at + i}",) for i in range(n)])
    model.row_at(5 * PAGE)
    model.ready.connect(lambda: model.row_at(5 * PAGE))
    with qtbot.waitSignal(model.dataChanged):
        pass
    assert text(model, 5 * PAGE) == f"new {5 * PAGE}"
