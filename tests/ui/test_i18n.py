"""English reads right for one and for many; the files are in step with the sources."""

import importlib.util

import pytest
from PySide6.QtCore import QTranslator

from pos.config import resources
from pos.ui import i18n
from pos.ui.i18n import CONTEXT, tr
from pos.ui.views import sync_status
from tests.support.house import ROOT
from tests.ui.front_fixture import idle, open_front, until

_FILE = ROOT / "build" / "translations.py"
_SPEC = importlib.util.spec_from_file_location("translations", _FILE)
translations = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(translations)

COUNTED = translations.counted_texts(ROOT / "pos")
ENGLISH = resources() / "translations" / "tillkeep_en"


@pytest.fixture
def english():
    made = QTranslator()
    assert made.load(str(ENGLISH))
    return made


def test_the_script_finds_the_texts():
    assert {"%n products", "%n scans wait for the next sale."} <= set(COUNTED)


@pytest.mark.parametrize("text", sorted(COUNTED))
def test_every_counted_text_has_both_forms(english, text):
    for n in (1, 2):
        form = english.translate(CONTEXT, text, None, n)
        assert form, f"run build/translations.py: {text!r} is not in {ENGLISH.name}.qm"
        assert "%n" in form


def test_the_forms_are_those_of_the_source_file(english):
    forms = translations.forms_in(ENGLISH.with_suffix(".ts"))
    assert set(forms) == set(COUNTED), "run build/translations.py"
    for text, (one, many) in forms.items():
        assert english.translate(CONTEXT, text, None, 1) == one
        assert english.translate(CONTEXT, text, None, 2) == many


@pytest.mark.parametrize(
    ("text", "n", "said"),
    [
        ("%n products", 1, "1 product"),
        ("%n products", 2, "2 products"),
        ("%n products", 0, "0 products"),
        ("%n scans wait for the next sale.", 1, "1 scan waits for the next sale."),
        ("%n scans wait for the next sale.", 3, "3 scans wait for the next sale."),
    ],
)
def test_one_reads_as_one(text, n, said):
    assert tr(text, n) == said


def test_the_pill_counts():
    assert sync_status(online=False, waiting=1).text == "Offline · 1 waiting"
    assert sync_status(online=False, waiting=2).text == "Offline · 2 waiting"


def test_another_language_keeps_english_where_it_has_no_text(qapp):
    i18n.load(qapp, "de_DE")
    try:
        assert tr("%n products", 1) == "1 product"

    finally:
        i18n.load(qapp, "en_US")


def test_the_window_speaks_of_one_product(tmp_path):
    one = "barcode,name,price\n4006381333931,Green tea,4.80\n"
    with open_front(tmp_path / "till", goods=one) as front:
        idle(front)
        until(front.pages.sale_screen.found.text)
        assert front.pages.sale_screen.found.text().startswith("1 product ·")


def test_the_window_loads_its_language_itself(qapp, tmp_path):
    qapp.setProperty(i18n._NAME, "")
    for made in qapp.findChildren(QTranslator):
        qapp.removeTranslator(made)
    assert tr("%n products", 1) == "1 products"
    with open_front(tmp_path / "till", goods=""):
        assert tr("%n products", 1) == "1 product"
