# SPDX-License-Identifier: Apache-2.0
"""What must become of the tools in tests/vm/run's machine while the seal is enforced."""

import dataclasses

from expected import MEMBERS, STACK

TOOLS = ("dd", "wipefs", "mkfs.ext4", "luksFormat", "mdadm --create")
# Nodes that reach the media past the block device: the controller's and the generic ones.
NVME_NODES = ("nvme0", "ng0n1", "ng0n2")
NODES = (*NVME_NODES, "sg0", "bsg/0:0:0:0")


@dataclasses.dataclass(frozen=True)
class Attempt:
    """At that stage, this is what becomes of the tool on each of these: see outcome() in compare_seal.py."""

    stage: str
    tool: str
    on: tuple[str, ...]
    outcome: str


def each(stage, tools, on, outcome):
    return [Attempt(stage, tool, on, outcome) for tool in tools]


ATTEMPTS = [
    # In use, by tools that ask nobody whether it is.
    *each("sealed", ("dd", "wipefs"), STACK, "denied"),
    *each("sealed", (*TOOLS, "pvcreate"), ("blank",), "allowed"),
    *each("guardd killed", ("dd",), STACK, "denied"),
    *each("guardd back", ("dd",), STACK, "denied"),
    # What a person does by hand to a volume that grows: docs/seal.md.
    *each("grown", ("lvextend", "resize2fs"), ("volume",), "denied"),
    *each("grown", ("lvextend, trusted", "resize2fs, trusted"), ("volume",), "exempted"),
    # A member that was removed carries nobody's data any more, as soon as guardd has looked; one that was added is sealed.
    *each("mirror", ("mdadm --fail", "mdadm --remove", "mdadm --add"), ("md",), "allowed"),
    *each("mirror", ("dd",), ("member2", "partition2"), "denied"),
    # Nothing else keeps a tool from the layer on which nothing stands any more.
    *each("unmounted", TOOLS, ("volume",), "denied"),
    *each("volume down", TOOLS, ("crypt",), "denied"),
    *each("crypt down", TOOLS, ("md",), "denied"),
    *each("md down", TOOLS, MEMBERS[:2], "denied"),
    *each("md down", ("dd",), MEMBERS[2:], "denied"),
    # LVM itself takes no logical volume, no partitioned disk and no member of an array.
    *each("unmounted", ("pvcreate",), ("volume",), "kept out"),
    *each("volume down", ("pvcreate",), ("crypt",), "denied"),
    *each("crypt down", ("pvcreate",), ("md",), "denied"),
    *each("md down", ("pvcreate",), MEMBERS[:2], "kept out"),
    *each("permit", ("dd, by exec",), ("partition1",), "exempted"),
    *each("permit", ("dd",), ("partition1",), "denied"),
    *[attempt for tool, on in (("mdadm --assemble", "md"), ("cryptsetup open", "crypt"), ("vgchange --activate", "volume"),
                               ("mount", "volume"))
      for attempt in (Attempt("put up again", tool, (on,), "denied"),
                      Attempt("put up again", f"{tool}, trusted", (on,), "exempted"))],
    # The media, by whatever node, and by commands that want no opening for writing: the kernel has BPF's security module.
    *each("drives", ("dd",), ("namespace", "ata"), "denied"),
    *each("drives", ("read",), NODES, "denied"),
    *each("drives", ("nvme id-ctrl",), ("nvme0",), "denied"),
    *each("drives", ("nvme format",), ("nvme0", "ng0n2"), "denied"),
    *each("drives", ("hdparm",), ("sg0",), "denied"),
    *each("commands through a block device", ("nvme id-ctrl", "nvme smart-log"), ("namespace",), "allowed"),
    *each("commands through a block device", ("hdparm -I",), ("ata",), "allowed"),
    *each("commands through a block device", ("hdparm --security-erase", "hdparm --write-sector"), ("ata",), "denied"),
    *each("commands through a block device", ("nvme format",), ("namespace",), "denied"),
]

FOUND = {
    ("put up again", "rows that are missing"): "0",
    ("put up again", "the table"): "kept.numbers check status OK",
    ("put up again", "sectors in which the mirror differs"): "0",
    ("drives", "filesystems"): "namespace ata ",
    ("commands through a block device", "filesystems"): "namespace ata ",
}

DRIVES = {"namespace", "ata", *(f"/dev/{node}" for node in NODES)}
SEALED = {
    "sealed": {*STACK, *DRIVES},
    "md down": {*MEMBERS, *DRIVES},
    "drives": {*STACK, *DRIVES},
}
