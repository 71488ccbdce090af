"""Receipts against hand-computed texts."""

from __future__ import annotations

from datetime import UTC
from textwrap import dedent
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from pos.errors import CashierError
from pos.models.base import new_id
from pos.models.shop import Location, PaymentSettings, Register
from pos.models.states import RefundState
from pos.models.sync import JournalEntry
from pos.pricing import Discount, DiscountKind, Tax
from pos.services import shop
from pos.services.receipts import build, build_refund, code128, render, reprint
from pos.services.receipts.text import COLUMNS, width
from tests.support.orders import CARD, Item, Paid, add_order, add_refund

ZONE = ZoneInfo("America/New_York")
EMV = (
    ("read_method", "contactless_emv"),
    (
        "receipt",
        {
            "application_preferred_name": "Visa Credit",
            "dedicated_file_name": "A0000000031010",
            "authorization_code": "004321",
            "authorization_response_code": "3030",
            "application_cryptogram": "9F6A11C2D01E2B77",
            "terminal_verification_results": "0000008000",
            "transaction_status_information": "6800",
            "account_type": "credit",
            "cardholder_verification_method": "none",
        },
    ),
)
STATE = Tax("state", "State tax", 40_000)
CITY = Tax("city", "City tax", 45_000)


def set_up(till, **values):
    with till.engine.begin() as db:
        place = {"address": "12 Quay St\nBrooklyn", "receipt_footer": "Thank you!"}
        db.execute(update(Location).values(place))
        db.execute(update(PaymentSettings).values(refund_policy="Unused goods within 30 days."))
        if values:
            db.execute(update(Register).values(values))


def golden(text):
    """Read a receipt; ``*`` and ``~`` stand for the signs of times and minus."""
    signs = {"*": "\N{MULTIPLICATION SIGN}", "~": "\N{MINUS SIGN}"}
    return dedent(text).lstrip("\n").translate(str.maketrans(signs))


def test_a_hand_computed_order(till, clock):
    # 3 x 3.50 = 10.50, less 10 % = 9.45; 42.00; 0.5 x 8.01 = 4.005, up to 4.01: 56.51 before
    # discounts 55.46; then 5.00 off the order, shared 0.85, 3.79, 0.36. Net 8.60 + 38.21 + 3.65
    # = 50.46; 4 % of it 2.0184 = 2.02; 4.5 % of the first two (46.81) 2.10645 = 2.11.
    set_up(till)
    tea = Item("Green tea", 350, 3000, (STATE, CITY), Discount(DiscountKind.PERCENT, 100_000))
    mat = Item("Yoga mat 5 mm", 4200, 1000, (STATE, CITY), note="gift wrapped", option="Blue")
    ham = Item("Ham, by weight", 801, 500, (STATE,))
    order_id = add_order(
        till,
        clock,
        (tea, mat, ham),
        (Paid(tendered=6000),),
        discount=Discount(DiscountKind.FIXED, 500),
        customer_name="Ji-woo Park",
    )

    text = render(build(till, order_id, zone=ZONE), 42)

    assert text == golden(
        """
                      Harbour Studio
                        Front desk
                        12 Quay St
                         Brooklyn

        R1-000001                 2025-03-14 05:30
        Mina Kang                       Register 1
        Customer: Ji-woo Park
        ------------------------------------------
        Green tea                           $10.50
          3 * $3.50
          Discount 10%: ~$1.05
        Yoga mat 5 mm                       $42.00
          Blue
          gift wrapped
        Ham, by weight                       $4.01
          0.5 * $8.01
        ------------------------------------------
        Subtotal                            $56.51
        Discounts                           ~$6.05
        State tax 4%                         $2.02
        City tax 4.5%                        $2.11
        TOTAL                               $54.59

        Cash                                $60.00
        Change                               $5.41

               Unused goods within 30 days.
                        Thank you!
                        R1-000001
        """
    )


def test_a_card_receipt_has_what_the_schemes_ask_for(till, clock):
    paid = Paid("stripe_terminal", last4="4242", brand="visa", data=EMV)
    order_id = add_order(till, clock, (Item("Tea", 350, taxes=()),), (paid,))
    text = render(build(till, order_id, zone=ZONE), 32)
    body = text[text.index("TOTAL") : text.rindex("R1-")].rstrip() + "\n"
    assert body == golden(
        """
        TOTAL                      $3.50

        Visa ·· 4242               $3.50
          Entry              contactless
          Application        Visa Credit
          AID             A0000000031010
          Approval                004321
          Response                  3030
          Cryptogram    9F6A11C2D01E2B77
          TVR                 0000008000
          TSI                       6800
          Account                 credit
          Verified by               none
        """
    )


def test_won_have_no_decimals_and_included_taxes_stand_below(won, clock):
    vat = Tax("vat", "VAT", 100_000)
    order_id = add_order(
        won, clock, (Item("녹차", 1000, 3000, (vat,)), Item("찻잔 세트", 25_000, 1000, (vat,)))
    )
    set_up(won, locale="ko_KR")
    text = render(build(won, order_id, zone=ZONE), 32)
    body = text[text.index("녹차") : text.index("Cash")]
    assert body == golden(
        """
        녹차                      ₩3,000
          3 * ₩1,000
        찻잔 세트                ₩25,000
        --------------------------------
        TOTAL                    ₩28,000
        incl. VAT 10%             ₩2,545

        """
    )
    assert "." not in body.replace("incl.", "")


@pytest.mark.parametrize("columns", COLUMNS)
def test_no_line_is_wider_than_the_paper(till, clock, columns):
    set_up(till)
    names = ("超" * 40, "W" * 200, "한 국 어 " * 20, "e\u0301" * 90, "a b " * 60)
    items = [Item(name, 10**11 + 7, 1_234_567, note=name, option=name) for name in names]
    order_id = add_order(till, clock, tuple(items), (CARD,), customer_name=names[0], note=names[1])
    add_refund(till, clock, order_id)
    text = render(build(till, order_id, zone=ZONE), columns)
    assert max(width(line) for line in text.splitlines()) == columns
    squeezed = "".join(text.split())
    assert "超" * 40 in squeezed
    assert "$1,000,000,000.07" in squeezed


def test_control_bytes_and_hidden_marks_are_dropped(till, clock):
    nasty = "Te\x1b@a\x10V\x00\u202e\u200b\ttime\r\n"
    order_id = add_order(till, clock, (Item(nasty, 350, note=nasty),), customer_name=nasty)
    text = render(build(till, order_id, zone=ZONE))
    assert "Te@aV time" in text
    assert all(char == "\n" or char.isprintable() for char in text)


def test_reprints_are_copies_that_are_counted_and_journaled(till, clock):
    order_id = add_order(till, clock)
    assert build(till, order_id).copy == 0
    clock.advance(hours=1)
    assert [reprint(till, order_id, clock, "Mina Kang").copy for _ in range(2)] == [1, 2]
    assert "COPY 2" in render(build(till, order_id, copy=True))
    assert "COPY" not in render(build(till, order_id))
    with till.read.begin() as session:
        query = select(JournalEntry).where(JournalEntry.kind == "receipt_reprinted")
        entries = session.scalars(query.order_by(JournalEntry.id)).all()
        assert [(it.actor, it.subject, it.data) for it in entries] == [
            ("Mina Kang", str(order_id), '{"copy":1}'),
            ("Mina Kang", str(order_id), '{"copy":2}'),
        ]


def test_refunds_so_far_stand_on_the_sales_receipt(till, clock):
    order_id = add_order(till, clock, (Item("Tea", 350, 3000, ()),), (CARD,))
    add_refund(till, clock, order_id)
    add_refund(till, clock, order_id, state=RefundState.FAILED)
    clock.advance(days=1)
    add_refund(till, clock, order_id, state=RefundState.PENDING)
    text = render(build(till, order_id, zone=ZONE), 48)
    minus = "\N{MINUS SIGN}"
    assert f"Refunded 2025-03-14 to Visa ·· 4242       {minus}$3.50\n" in text
    assert f"Refund pending 2025-03-15 to Visa ·· 4242 {minus}$3.50\n" in text
    assert text.count("Refund") == 2


def test_the_receipt_of_a_refund(till, clock):
    order_id = add_order(till, clock, (Item("Tea", 400, 3000),), (CARD,))
    clock.advance(days=1)
    refund_id = add_refund(till, clock, order_id, {0: 2000})
    text = render(build_refund(till, refund_id, zone=ZONE), 32)
    # 12.00 + 8.25 % (0.99) = 12.99; two of three pieces: 8.66, of which tax 0.66
    assert (
        text[text.index("REFUND") : text.rindex("R1-")].rstrip()
        == golden(
            """
        REFUND
        R1-000001       2025-03-15 05:30
        Mina Kang             Register 1
        --------------------------------
        Tea                        $8.66
          2 returned
        --------------------------------
        REFUND                     $8.66
        incl. Tax                  $0.66

        To Visa ·· 4242            $8.66
        Reason: Return
        """
        ).rstrip()
    )


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (RefundState.PENDING, "REFUND PENDING"),
        (RefundState.PLANNED, "REFUND PLANNED"),
        (RefundState.UNKNOWN, "REFUND NOT CONFIRMED"),
        (RefundState.FAILED, "REFUND FAILED"),
    ],
)
def test_a_refund_that_is_not_done_says_so(till, clock, state, words):
    order_id = add_order(till, clock)
    refund_id = add_refund(till, clock, order_id, state=state, queued=False)
    assert words in render(build_refund(till, refund_id))


def test_a_sale_free_of_charge(till, clock):
    shop.register_providers(till, ("cash", "stripe_terminal", "no_charge"))
    free = Discount(DiscountKind.PERCENT, 1_000_000)
    paid = (Paid("no_charge"),)
    order_id = add_order(till, clock, (Item("Tea", 350),), paid, discount=free)
    text = render(build(till, order_id, zone=UTC), 32)
    assert "TOTAL                      $0.00" in text
    assert "No charge                  $0.00" in text


def test_unknown_ids(till):
    with pytest.raises(CashierError, match="purchase_unknown"):
        build(till, new_id())
    with pytest.raises(CashierError, match="refund_unknown"):
        build_refund(till, new_id())


def test_code_128_is_the_standards():
    # "A" in set B: start B 211214, A 111323, checksum (104 + 33) % 103 = 34: 131123, stop
    assert code128("A") == tuple(map(int, "211214" + "111323" + "131123" + "2331112"))
    assert sum(code128("R1-000481")) % 11 == 2  # whole symbols and the final bar
    assert code128("") == code128("영수증") == code128("a\nb") == ()
