"""What can be sold: kept in catalogue.db, imported, searched, looked up by code."""

from pos.services.catalogue.importer import Progress, import_file
from pos.services.catalogue.items import (
    NO_TAX,
    CatalogueItem,
    Changes,
    Kind,
    ProductTile,
    VariantRow,
)
from pos.services.catalogue.preview import Preview, PreviewRow, preview_file
from pos.services.catalogue.reader import SEARCH_LIMIT
from pos.services.catalogue.rejects import save_rejected
from pos.services.catalogue.report import ImportReport, RejectedRow, describe
from pos.services.catalogue.staging import Unfinished
from pos.services.catalogue.store import Catalogue

__all__ = [
    "NO_TAX",
    "SEARCH_LIMIT",
    "Catalogue",
    "CatalogueItem",
    "Changes",
    "ImportReport",
    "Kind",
    "Preview",
    "PreviewRow",
    "ProductTile",
    "Progress",
    "RejectedRow",
    "Unfinished",
    "VariantRow",
    "describe",
    "import_file",
    "preview_file",
    "save_rejected",
]
