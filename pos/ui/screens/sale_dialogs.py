"""The small dialogs of a sale: discount, note, quantity, price, variant."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QPlainTextEdit, QWidget

from pos.money import exponent, parse_minor
from pos.ui.i18n import tr
from pos.ui.screens.sale_views import (
    DiscountInput,
    DiscountKind,
    NoteInput,
    ProductView,
    VariantView,
)
from pos.ui.tokens import GRID
from pos.ui.widgets.buttons import Button, Choice
from pos.ui.widgets.dialog import Dialog, field, labelled
from pos.ui.widgets.entry import MILLI, quantity_text

PPM = 1_000_000
_PERCENTS = ("5", "10", "15", "20", "50")
_MAX_NOTE = 500
_ORDER, _LINE = "order", "line"


class _Scoped(Dialog):
    """A dialog about one line or the whole order."""

    def __init__(self, title: str, line: tuple[str, str], *, to_line: bool) -> None:
        super().__init__(title, tr("Apply"))
        self._line_id, name = line
        self.scope = Choice("toggle", stretch=True)
        choices = [(_ORDER, tr("Whole order"))]
        if self._line_id:
            choices.insert(0, (_LINE, name))
        self.scope.show_choices(choices, _LINE if to_line and self._line_id else _ORDER)
        self.scope.chosen.connect(self._scope_chosen)
        self.body.addWidget(self.scope)
        self.scope.setVisible(len(choices) > 1)  # only now: without a parent it is a window

    def line_id(self) -> str:
        """Return the line it is about, empty for the order."""
        return self._line_id if self.scope.value == _LINE else ""

    def _scope_chosen(self, scope: str) -> None:
        """Give the keyboard back to what is being entered."""


class DiscountDialog(_Scoped):
    """Percent or a fixed amount, on a line or the order."""

    applied = Signal(object)

    def __init__(self, currency: str, line: tuple[str, str] = ("", ""), *, to_line: bool) -> None:
        super().__init__(tr("Discount"), line, to_line=to_line)
        self._currency = currency
        self.kind = Choice("toggle", stretch=True)
        percent, fixed = str(DiscountKind.PERCENT), str(DiscountKind.FIXED)
        kinds = ((percent, tr("Percent")), (fixed, tr("Amount")))
        self.kind.show_choices(kinds, percent)
        self.kind.chosen.connect(self._kind_chosen)
        self.body.addWidget(self.kind)
        self.value = field("10", name=tr("Discount"))
        self.body.addWidget(self.value)
        self.quick = Choice("chip")
        self.quick.show_choices([(each, f"{each} %") for each in _PERCENTS])
        self.quick.chosen.connect(self.value.setText)
        self.body.addWidget(self.quick)
        self.remove = self.add_button(tr("Remove discount"), "outline-bad")
        self.remove.clicked.connect(self._remove)

    def accept(self) -> None:
        try:
            value = self._read()
        except ValueError:
            self.say_wrong(self._hint(), self.value)
            return
        self.applied.emit(DiscountInput(DiscountKind(self.kind.value), value, self.line_id()))
        self.done.emit()

    def _read(self) -> int:
        if self.kind.value == DiscountKind.PERCENT:
            return parse_percent(self.value.text())
        value = parse_minor(self.value.text(), self._currency)
        if value <= 0:
            raise ValueError(self.value.text())
        return value

    def _hint(self) -> str:
        if self.kind.value == DiscountKind.PERCENT:
            return tr("Enter a percentage above 0 and up to 100, such as 12.5.")
        return tr("Enter an amount above zero, such as {sample}.").format(
            sample=sample_amount(self._currency)
        )

    def _scope_chosen(self, scope: str) -> None:
        self.value.setFocus()

    def _remove(self) -> None:
        self.applied.emit(DiscountInput(DiscountKind.FIXED, 0, self.line_id()))
        self.done.emit()

    def _kind_chosen(self, kind: str) -> None:
        percent = kind == DiscountKind.PERCENT
        self.quick.setVisible(percent)
        self.value.setPlaceholderText("10" if percent else sample_amount(self._currency))
        self.value.clear()
        self.say_wrong("", self.value)


class NoteDialog(_Scoped):
    """Words for a line or the order; ``notes`` are (the order's, the line's) as they are."""

    applied = Signal(object)

    def __init__(
        self, notes: tuple[str, str], line: tuple[str, str] = ("", ""), *, to_line: bool
    ) -> None:
        super().__init__(tr("Note"), line, to_line=to_line)
        self._notes = dict(zip((_ORDER, _LINE), notes, strict=True))
        self.text = QPlainTextEdit(self._notes[self.scope.value])
        self.text.setAccessibleName(tr("Note"))
        self.text.setTabChangesFocus(True)
        self.text.setMinimumHeight(120)
        self.body.addWidget(self.text)

    def accept(self) -> None:
        text = self.text.toPlainText().strip()
        if len(text) > _MAX_NOTE:
            self.say_wrong(tr("A note has at most {n} characters.").format(n=_MAX_NOTE))
            return
        self.applied.emit(NoteInput(text, self.line_id()))
        self.done.emit()

    def _scope_chosen(self, scope: str) -> None:
        """Show the note that is there, unless something new was written already."""
        if self.text.toPlainText() in self._notes.values():
            self.text.setPlainText(self._notes[scope])
        self.text.setFocus()


class QuantityDialog(Dialog):
    """A typed quantity, up to three decimals; emits thousandths."""

    applied = Signal(str, object)

    def __init__(self, line_id: str, name: str, milli: int) -> None:
        super().__init__(tr("Quantity"), tr("Set"), "F7")
        self._line_id = line_id
        self.value = field("1", quantity_text(milli))
        self.value.selectAll()
        labelled(self.body, name, self.value)

    def accept(self) -> None:
        try:
            milli = parse_quantity(self.value.text())
        except ValueError:
            self.say_wrong(tr("Enter a quantity above zero, such as 2 or 0.750."), self.value)
            return
        self.applied.emit(self._line_id, milli)
        self.done.emit()


class AmountDialog(Dialog):
    """A price for what has none of its own; emits the key given and minor units."""

    applied = Signal(str, object)

    def __init__(self, key: str, name: str, currency: str) -> None:
        super().__init__(tr("Price"), tr("Add to cart"))
        self._key, self._currency = key, currency
        self.value = field(sample_amount(currency))
        labelled(self.body, name, self.value)

    def accept(self) -> None:
        try:
            minor = parse_minor(self.value.text(), self._currency)
        except ValueError:
            minor = -1
        if minor < 0:
            hint = tr("Enter an amount such as {sample}.")
            self.say_wrong(hint.format(sample=sample_amount(self._currency)), self.value)
            return
        self.applied.emit(self._key, minor)
        self.done.emit()


class VariantChooser(Dialog):
    """The ways to have a product, as buttons with price and stock."""

    chosen = Signal(str)

    def __init__(self, product: ProductView, variants: Sequence[VariantView]) -> None:
        super().__init__(product.name, tr("Add to cart"))
        self.ok.hide()
        grid = QGridLayout()
        grid.setSpacing(2 * GRID)
        holder = QWidget()
        self.variants: list[Button] = []
        holder.setLayout(grid)
        grid.setContentsMargins(0, 0, 0, 0)
        for at, variant in enumerate(variants):
            self.variants.append(self._button(variant))
            grid.addWidget(self.variants[-1], at // 2, at % 2)
        self.body.addWidget(holder)

    def _button(self, variant: VariantView) -> Button:
        below = " · ".join(part for part in (variant.price, variant.stock) if part)
        made = Button(f"{variant.words}\n{below}", "option")
        made.setProperty("key", variant.id)
        made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        made.setAutoDefault(True)  # Enter takes the one with the keyboard
        made.clicked.connect(self._choose)
        return made

    def _choose(self) -> None:
        self.chosen.emit(str(self.sender().property("key")))
        self.done.emit()


def parse_percent(text: str) -> int:
    """Read ``12.5`` (with or without %) as parts per million; `ValueError` outside 0 < p <= 100."""
    ppm = _scaled(text.strip().removesuffix("%"), PPM // 100)
    if not 0 < ppm <= PPM:
        raise ValueError(text)
    return ppm


def parse_quantity(text: str) -> int:
    """Read a quantity as thousandths; `ValueError` outside 0 < q < 1,000,000."""
    milli = _scaled(text.strip().replace(",", "."), MILLI)
    if not 0 < milli < PPM * MILLI:
        raise ValueError(text)
    return milli


def sample_amount(currency: str) -> str:
    """Return an example of how an amount of this currency is typed."""
    places = exponent(currency)
    return f"{Decimal(10):.{places}f}"


def _scaled(text: str, scale: int) -> int:
    try:
        exact = Decimal(text) * scale
    except InvalidOperation:
        raise ValueError(text) from None
    if not exact.is_finite() or exact != exact.to_integral_value():
        raise ValueError(text)
    return int(exact)
