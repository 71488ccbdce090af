"""Tables of catalogue.db: what can be sold, and how it is found.

The file is rebuildable from the backend or an import, so it has no
migrations: another `SCHEMA_VERSION` means it is set aside and built anew.
Nothing in till.db refers to an integer key of this file; a sold line keeps
``Variant.key`` and a copy of what it needs.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, MetaData, Text, text
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.schema import CreateIndex, CreateTable

from pos.models.base import Base
from pos.models.catalogue_search import PRODUCT_SEARCH, PRODUCT_TEXT, SCHEMA_VERSION


class CatalogueBase(DeclarativeBase):
    """Tables of catalogue.db; kept apart from till.db's, which Alembic looks after."""

    metadata = MetaData(naming_convention=Base.metadata.naming_convention)


class Category(CatalogueBase):
    """A chip above the product grid; ``id`` is also its order on screen."""

    __tablename__ = "category"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)


class Product(CatalogueBase):
    """What a tile shows; ``id`` is the popularity rank, 1 is shown first.

    ``tax_ids`` are separated by spaces: empty means every tax that applies to
    the kind, ``none`` no tax at all. ``words`` are what it is found by besides
    its name. A deleted product keeps its rank and comes back to it, so that the
    ranks have no gaps; a large import ranks them anew.
    """

    __tablename__ = "product"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"))
    kind: Mapped[str] = mapped_column(Text)
    tax_ids: Mapped[str] = mapped_column(Text, server_default="")
    words: Mapped[str] = mapped_column(Text, server_default="")
    deleted: Mapped[bool] = mapped_column(server_default=text("0"))

    __table_args__ = (
        CheckConstraint("kind IN ('goods', 'service', 'pass', 'gift_card')", name="kind"),
        Index("ix_product_deleted", "id", sqlite_where=text("deleted = 1")),
        Index(
            "ix_product_shown",
            "category_id",
            "id",
            sqlite_where=text("deleted = 0 AND category_id IS NOT NULL"),
        ),
    )


class Variant(CatalogueBase):
    """What is sold; ``price_minor`` NULL asks for the price, stock counts thousandths.

    ``import_stock_milli`` is the stock the last import or backend named; the
    stock that sales move is in till.db.
    """

    __tablename__ = "variant"

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    key: Mapped[str] = mapped_column(Text, unique=True)
    option_name: Mapped[str] = mapped_column(Text, server_default="")
    sku: Mapped[str] = mapped_column(Text, server_default="")
    price_minor: Mapped[int | None] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(server_default=text("0"))
    tracked: Mapped[bool] = mapped_column(server_default=text("0"))
    import_stock_milli: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))

    __table_args__ = (
        CheckConstraint("price_minor >= 0", name="price"),
        Index("ix_variant_product", "product_id"),
        Index("ix_variant_sku", text("sku COLLATE NOCASE"), sqlite_where=text("sku <> ''")),
    )


class Barcode(CatalogueBase):
    """A code as printed, and as a number where it can be a GTIN; shared codes are allowed.

    ``gtin14`` is the value of the code padded to 14 digits (GS1 General
    Specifications 3.3): a UPC-A and the EAN-13 of the same product are equal.
    """

    __tablename__ = "barcode"

    id: Mapped[int] = mapped_column(primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(Text)
    gtin14: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        Index("ix_barcode_code", "code", sqlite_where=text("gtin14 IS NULL")),
        Index("ix_barcode_gtin14", "gtin14", sqlite_where=text("gtin14 IS NOT NULL")),
        Index("ix_barcode_variant", "variant_id"),
    )


def schema_statements() -> tuple[list[str], list[str]]:
    """Return what makes an empty catalogue.db: tables and search, then the indexes.

    A bulk load fills the tables between the two.
    """
    dialect = SQLiteDialect_pysqlite()
    tables = CatalogueBase.metadata.sorted_tables
    made = [str(CreateTable(table).compile(dialect=dialect)) for table in tables]
    indexes = [index for table in tables for index in table.indexes]
    version = f"PRAGMA user_version = {SCHEMA_VERSION}"
    return (
        [*made, PRODUCT_TEXT, PRODUCT_SEARCH, version],
        [str(CreateIndex(index).compile(dialect=dialect)) for index in indexes],
    )
