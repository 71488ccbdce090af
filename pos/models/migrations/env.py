"""Alembic's entry point; always handed an open connection by `pos.models.migrate`."""

from typing import Any, Literal

from alembic import context

from pos.models.base import UtcDateTime
from pos.models.schema import metadata


def _plain(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
    """Keep migrations free of application types: they must outlive them."""
    return "sa.DateTime()" if kind == "type" and isinstance(item, UtcDateTime) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    render_item=_plain,
)
with context.begin_transaction():
    context.run_migrations()
