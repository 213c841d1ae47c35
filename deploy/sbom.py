"""`make sbom`: what the registry is made of, as CycloneDX 1.6 in JSON, from the hashed lock that the image installs; and its licences as a table.

The same lock gives the same bytes: no clock and no chance is asked. A package that is not installed as locked, has no licence, has one
that is not wanted, or lies below the floor of deploy/floors.txt is named, and the exit status is 1. No network is needed.
"""

import csv
import hashlib
import io
import json
import re
import sys
import uuid
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
LOCK, FLOORS, COMPOSE = ROOT / "deploy/requirements.lock", ROOT / "deploy/floors.txt", ROOT / "docker-compose.yml"
FOLDER = ROOT / "var/sbom"
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s\\]+)|--hash=sha256:([0-9a-f]{64})", re.MULTILINE)
IMAGE = re.compile(r"\$\{\w+_IMAGE:-(?P<name>[a-z][\w./-]*):(?P<tag>[\w.-]+)\}")
FLOOR = re.compile(r"^(?P<name>[a-z0-9-]+)>=(?P<version>\S+)\s+#\s*(?P<why>.+)$")
# They would bind those who run a changed registry as a service, or forbid what it is for.
UNWANTED = re.compile(
    r"AGPL|Affero|SSPL|Server Side Public|Commons Clause|BUSL|Business Source|Non-?Commercial", re.IGNORECASE
)

SAID_ELSEWHERE = {
    "pyrage": "MIT"
}  # its package says nothing, its source's LICENSE file does: github.com/woodruffw/pyrage


@dataclass(frozen=True)
class Part:
    """A package as the lock pins it. hashes: SHA-256 of the files that may be installed. licence: as the package says it."""

    name: str
    version: str
    hashes: tuple[str, ...]
    licence: str
    installed: str

    @property
    def address(self):
        """Its package URL."""
        return f"pkg:pypi/{self.name}@{self.version}"


def parts(lock=LOCK):
    """The packages of a lock, by name."""
    found, name = {}, ""
    for package, version, digest in PINNED.findall(lock.read_text(encoding="utf-8")):
        if package:
            name = package.lower().replace("_", "-").replace(".", "-")
            found[name] = (version, [])
        else:
            found[name][1].append(digest)
    return [
        Part(name, version, tuple(sorted(digests)), *_installed(name))
        for name, (version, digests) in sorted(found.items())
    ]


def _installed(name):
    """(licence, version) as the installed package says; blanks where it is not installed."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return "", ""
    named = [one.rpartition(" :: ")[2] for one in about.get_all("Classifier", []) if one.startswith("License ::")]
    said = about.get("License-Expression") or "; ".join(named)
    said = said or (about.get("License") or "").strip().split("\n")[0][:80]
    return said or SAID_ELSEWHERE.get(name, ""), about["Version"]


def floors(text=None):
    """(package, lowest version, why) of each line that is no comment."""
    lines = (text or FLOORS.read_text(encoding="utf-8")).splitlines()
    wanted = [line for line in lines if line.strip() and not line.startswith("#")]
    found = [FLOOR.match(line) for line in wanted]
    if None in found:
        raise ValueError(f"{FLOORS.name}: “{wanted[found.index(None)]}” is not: package>=version  # why")
    return [(one["name"], Version(one["version"]), one["why"]) for one in found]


def faults(found, lowest):
    """What stands against delivering these parts, in words."""
    by_name = {part.name: part for part in found}
    wrong = []
    for part in found:
        if not part.hashes:
            wrong.append(f"{part.name} is pinned without a hash")
        if part.installed != part.version:
            wrong.append(f"{part.name} is locked at {part.version}, installed is {part.installed or 'nothing'}")
        elif not part.licence:
            wrong.append(f"{part.name} says no licence")
        elif UNWANTED.search(part.licence):
            wrong.append(f"{part.name} stands under “{part.licence}”, which is not wanted")
    for name, version, why in lowest:
        if name not in by_name:
            wrong.append(f"{FLOORS.name} names {name}, which is not in the lock: take the line out")
        elif Version(by_name[name].version) < version:
            wrong.append(f"{name} {by_name[name].version} is below {version}: {why}")
    return wrong


def images(compose=COMPOSE):
    """(name, tag) of the images that others make, as docker-compose.yml names them unless an operator pins others."""
    return sorted({(one["name"], one["tag"]) for one in IMAGE.finditer(compose.read_text(encoding="utf-8"))})


def document(found, containers, version):
    """The CycloneDX document, as a dictionary."""
    us = {"type": "application", "bom-ref": "cart-registry", "name": "cart-registry", "version": version}
    digest = hashlib.sha256(json.dumps([version, [vars(one) for one in found], containers]).encode()).hexdigest()
    components = [
        {
            "type": "library", "bom-ref": part.address, "name": part.name, "version": part.version, "purl": part.address,
            "licenses": [{"license": {"name": part.licence}}] if part.licence else [],
            "properties": [{"name": "cart-registry:accepted-sha256", "value": one} for one in part.hashes],
        }
        for part in found
    ] + [
        {"type": "container", "bom-ref": f"{name}:{tag}", "name": name, "version": tag} for name, tag in containers
    ]  # fmt: skip
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, digest)}",
        "version": 1,
        "metadata": {"component": us},
        "components": components,
        "dependencies": [{"ref": "cart-registry", "dependsOn": [one["bom-ref"] for one in components]}],
    }


def licences(found):
    """The table of licences, as CSV."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["package", "version", "licence"])
    table.writerows([part.name, part.version, part.licence] for part in found)
    return text.getvalue()


def main():
    """Write both files; 1 if something stands against them."""
    from registry.settings.environment import VERSION

    found = parts()
    FOLDER.mkdir(parents=True, exist_ok=True)
    bill = json.dumps(document(found, images(), VERSION), indent=1, ensure_ascii=False)
    (FOLDER / "registry.cdx.json").write_text(f"{bill}\n", encoding="utf-8")
    (FOLDER / "licences.csv").write_text(licences(found), encoding="utf-8")
    wrong = faults(found, floors())
    print(f"{len(found)} packages in {FOLDER.relative_to(ROOT)}/registry.cdx.json and licences.csv", flush=True)
    for one in wrong:
        print(f"  {one}", flush=True)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
