"""Tables of the local mirror and the rules about ONE row.

Import a table from its own module; `pos.models.schema` registers them all.
"""
