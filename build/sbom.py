"""A CycloneDX bill of materials: ``python -m build.sbom inside.json linux out.cdx.json``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from build.version import NAME, VERSION


def bill(parts: list[dict[str, Any]], target: str) -> Bom:
    """Return the bill of one package."""
    made = Bom()
    licences = LicenseFactory()
    made.metadata.component = Component(
        name=NAME,
        version=VERSION,
        type=ComponentType.APPLICATION,
        bom_ref=f"{NAME}-{target}",
        licenses=[licences.make_from_string("Apache-2.0")],
    )
    for part in parts:
        made.components.add(_component(part, licences))
    made.register_dependency(made.metadata.component, made.components)
    return made


def _component(part: dict[str, Any], licences: LicenseFactory) -> Component:
    place = "debian" if part["kind"] == "deb" else None
    url = PackageURL(part["kind"], place, part["name"], part["version"])
    known = part["licence"] != "see its text"
    return Component(
        name=part["name"],
        version=part["version"],
        type=ComponentType.LIBRARY,
        bom_ref=url.to_string(),
        purl=url,
        licenses=[licences.make_from_string(part["licence"])] if known else [],
    )


def main(arguments: list[str]) -> int:
    """Read the list, write the bill; returns 0."""
    source, target, out = arguments
    parts = json.loads(Path(source).read_text("utf-8"))
    text = JsonV1Dot6(bill(parts, target)).output_as_string(indent=1)
    Path(out).write_text(text + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
