"""What SQLite says about the disk, in words a cashier can act on.

"Nothing more is sent" holds because no call leaves without its row; whether
the call before this step left is in the rows, and is asked again.
"""

from __future__ import annotations

from pos.errors import CashierError

_SAID = {
    "disk is full": (
        "disk_full",
        "The disk is full. This step was not saved, and nothing more is sent.",
        "Make room on the disk, then try again.",
    ),
    "readonly": (
        "data_read_only",
        "The data folder cannot be written. This step was not saved, and nothing more is sent.",
        "Give this user the right to write to the data folder, then start again.",
    ),
    "unable to open": (
        "data_read_only",
        "The database file cannot be opened.",
        "Check that the data folder exists and may be written, then start again.",
    ),
    "is locked": (
        "database_busy",
        "Another program holds the database. This step was not saved, and nothing more is sent.",
        "Close backup or sync programs that use the data folder, then try again.",
    ),
    "disk I/O": (
        "disk_error",
        "The disk failed or has no room. This step was not saved, and nothing more is sent.",
        "Make room on the disk, or check it, then start Tillkeep again.",
    ),
    "malformed": (
        "database_damaged",
        "The database is damaged.",
        "Close Tillkeep and start it again: it offers the newest good copy.",
    ),
    "Could not decode to UTF-8": (
        "database_damaged",
        "The database is damaged.",
        "Close Tillkeep and start it again: it offers the newest good copy.",
    ),
    "not a database": (
        "database_damaged",
        "The database is damaged.",
        "Close Tillkeep and start it again: it offers the newest good copy.",
    ),
}


def explained(error: BaseException) -> CashierError | None:
    """Return what a person can do about an error of SQLite's; None: it is a bug."""
    said = str(error)
    found = next((words for sign, words in _SAID.items() if sign in said), None)
    return CashierError(*found) if found else None
