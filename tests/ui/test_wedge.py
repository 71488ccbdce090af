import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos.ui.wedge import Kind, Stroke, Timing, WedgeBuffer, printable


class Keyboard:
    """Types into a buffer and keeps what came out, as an application would see it."""

    def __init__(self, timing=None):
        self.buffer = WedgeBuffer(timing)
        self.now, self.out, self.too_long = 1000.0, [], 0

    def press(self, key, gap):
        self.now += gap
        kind = {"\r": Kind.TERMINATOR, "\t": Kind.TERMINATOR}.get(key, Kind.TEXT)
        if key in ("<esc>", "<left>"):
            kind = Kind.BREAK
        elif key.startswith("^"):
            kind = Kind.NOISE
        text = key if kind is Kind.TEXT else ""
        verdict = self.buffer.press(Stroke(kind, text, key, self.now))
        self._take(verdict)
        if verdict.passes:
            self.out.append(key)
        return self

    def type(self, keys, gap):
        for key in keys:
            self.press(key, gap)
        return self

    def rest(self):
        self.now += 500
        self._take(self.buffer.expire())
        return self.out

    def _take(self, verdict):
        self.out += [("scan", code) for code in verdict.scans]
        self.out += verdict.typed
        self.too_long += verdict.too_long


EAN = "4006381333931"


@pytest.mark.parametrize("end", ["", "\r", "\t", "\r\r", "\r\t"])
@pytest.mark.parametrize("gap", [1, 11, 40, 50])
def test_a_burst_is_a_scan_and_its_end_goes_nowhere(gap, end):
    assert Keyboard().type(EAN + end, gap).rest() == [("scan", EAN)]


def test_a_person_types_and_confirms():
    keyboard = Keyboard().type("tea", 120)
    assert keyboard.press("\r", 200).rest() == ["t", "e", "a", "\r"]


def test_a_person_rolling_over_three_keys_loses_none():
    assert Keyboard().type("tea", 20).press("<left>", 20).rest() == ["t", "e", "a", "<left>"]


def test_two_scans_back_to_back():
    assert Keyboard().type(EAN + "\r" + "96385074\r", 10).rest() == [
        ("scan", EAN),
        ("scan", "96385074"),
    ]


def test_typing_right_after_a_scan_without_an_end():
    keyboard = Keyboard().type(EAN, 10)
    keyboard.press("x", 60)
    assert keyboard.rest() == [("scan", EAN), "x"]


def test_an_end_that_dawdles_still_belongs_to_its_scan():
    assert Keyboard().type(EAN, 10).press("\r", 90).rest() == [("scan", EAN)]


def test_a_persons_enter_after_a_scan_is_a_persons():
    assert Keyboard().type(EAN + "\r", 10).press("\r", 300).rest() == [("scan", EAN), "\r"]


def test_an_enter_after_typing_is_the_typings_even_right_after_a_scan():
    keyboard = Keyboard().type(EAN + "\r", 2).type("tea", 5)
    seen_at_window_and_widget = keyboard.press("\r", 5).press("\r", 0)
    assert seen_at_window_and_widget.rest() == [("scan", EAN), "t", "e", "a", "\r", "\r"]


def test_control_characters_inside_a_code_are_dropped():
    keyboard = Keyboard().type("0104012345", 10).press("^]", 10).type("17251231\r", 10)
    assert keyboard.rest() == [("scan", "010401234517251231")]


def test_a_persons_shortcut_passes_at_once():
    assert Keyboard().press("^z", 500).out == ["^z"]
    assert Keyboard().press("a", 500).press("^z", 20).out == ["a", "^z"]


def test_prefix_and_suffix_are_cut_off_and_required():
    timing = Timing(prefix="]C", suffix="#")
    assert Keyboard(timing).type("]C4006381#\r", 10).rest() == [("scan", "4006381")]
    assert Keyboard(timing).type("4006381", 10).rest() == list("4006381")


def test_no_code_is_longer_than_the_limit():
    keyboard = Keyboard().type("9" * 129 + "\r", 5)
    assert keyboard.rest() == []
    assert keyboard.too_long == 1
    assert Keyboard().type("9" * 128 + "\r", 5).rest() == [("scan", "9" * 128)]


def test_only_what_can_be_printed_counts():
    assert printable("\x1da\x00b\x7f") == "ab"


keys = st.tuples(st.sampled_from([*"ab1 ", "\r", "\t", "<esc>", "^x"]), st.integers(1, 200))


@given(st.lists(keys, max_size=60))
def test_nothing_typed_slower_than_a_scanner_is_lost_or_reordered(strokes):
    keyboard = Keyboard()
    for key, gap in strokes:
        keyboard.press(key, gap + 51)
    assert keyboard.rest() == [key for key, _ in strokes]


@given(st.lists(keys, max_size=60))
def test_every_character_ends_up_in_a_scan_or_with_its_widget(strokes):
    keyboard = Keyboard()
    for key, gap in strokes:
        keyboard.press(key, gap)
    out = "".join(each[1] if isinstance(each, tuple) else each for each in keyboard.rest())
    typed = "".join(key for key, _ in strokes if len(key) == 1 and key.isprintable())
    kept = "".join(
        sign for sign in out.replace("<esc>", "").replace("^x", "") if sign.isprintable()
    )
    assert kept.replace(" ", "") == typed.replace(" ", "")  # a code's outer blanks are cut
