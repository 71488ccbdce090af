"""Rules of this layer that no linter knows."""

import ast
import sys
from pathlib import Path

import pytest

import pos.ui
from pos.ui.widgets.text import Label, message_box

HERE = Path(pos.ui.__file__).parent
SOURCES = sorted(HERE.rglob("*.py"))
IDS = [str(path.relative_to(HERE)) for path in SOURCES]


def calls_in(path):
    return [n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Call)]


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_no_closure_is_connected_to_a_signal(path):
    """PySide6 runs a closure in the emitting thread, even when queued."""
    for call in calls_in(path):
        if getattr(call.func, "attr", "") == "connect":
            assert not isinstance(call.args[0], ast.Lambda | ast.Call), call.lineno


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_labels_and_message_boxes_are_made_in_one_place(path):
    """Anywhere else the text might be taken for rich text and read files."""
    if path.relative_to(HERE).as_posix() == "widgets/text.py":
        return
    names = {getattr(call.func, "id", getattr(call.func, "attr", "")) for call in calls_in(path)}
    assert not names & {"QLabel", "QMessageBox", "QTextEdit", "QTextBrowser", "setHtml"}
    boxes = {
        call.func.value.id
        for call in calls_in(path)
        if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name)
    }
    assert "QMessageBox" not in boxes


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_translated_text_is_not_built_before_it_is_looked_up(path):
    for call in calls_in(path):
        if getattr(call.func, "id", "") == "tr":
            text = call.args[0]
            built = isinstance(text, ast.JoinedStr | ast.BinOp)
            filled = isinstance(text, ast.Call) and getattr(text.func, "attr", "") == "format"
            assert not built, call.lineno
            assert not filled, call.lineno


def test_qt_keeps_its_references_to_none(qtbot):
    """PySide6 6.12.0 on Python 3.11 dropped one a call, until the interpreter aborted."""
    label = Label("")
    qtbot.addWidget(label)
    before = sys.getrefcount(None)
    for _ in range(1000):
        label.setText("x")
    assert sys.getrefcount(None) > before - 500


def test_data_is_never_taken_for_rich_text(qtbot):
    trap = '<b>Tea</b><img src="/etc/hostname">'
    label = Label(trap)
    plain = Label("x" * 10)
    for widget in (label, plain):
        qtbot.addWidget(widget)
    assert label.sizeHint().width() > plain.sizeHint().width() * 2, "the tags are shown as typed"
    box = message_box("Till", trap, trap)
    qtbot.addWidget(box)
    assert {child.textFormat() for child in box.findChildren(type(label).__base__)} == {
        label.textFormat()
    }
