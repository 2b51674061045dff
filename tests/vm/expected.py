# SPDX-License-Identifier: Apache-2.0
"""What guardd must answer in tests/vm/run's machine: one line of the table for one thing that has to be so."""

import dataclasses
import typing

STAGES = ("active", "stopped", "unmounted", "taken down")  # guest/story.sh
STACK = ("member1", "partition1", "member2", "partition2", "md", "crypt", "volume")
MEMBERS = STACK[:4]
HELD = STACK[:6]  # each has the next layer on it
DATA = "/var/lib/mysql"


@dataclasses.dataclass(frozen=True)
class Expectation:
    """At that stage, the answer about each of these is that verdict and has, unless it is an allow, a reason of
    that code; where it is given, about the dataset `path`, with exactly these devices, and with evidence that says `detail`."""

    stage: str
    about: tuple[str, ...]
    verdict: str
    code: typing.Optional[str] = None
    path: typing.Optional[str] = None
    devices: tuple[str, ...] = ()
    detail: typing.Optional[str] = None


EXPECTED = [
    # Whoever wipes any layer, or one half of the mirror, destroys the data, in use or not.
    Expectation("active", STACK, "refuse", "dataset.active", DATA, STACK),
    Expectation("active", ("host",), "refuse", "dataset.active", DATA, STACK),
    Expectation("stopped", STACK, "refuse", "dataset.at_rest", DATA, STACK),
    Expectation("stopped", STACK, "refuse", "device.in_use", detail=DATA),
    Expectation("stopped", ("host",), "refuse", "dataset.at_rest", DATA, STACK),
    # The filesystem is not mounted, but each layer still stands on another.
    Expectation("unmounted", HELD, "refuse", "device.in_use", detail="holds"),
    # Stop the server, unmount, wipe: what was seen is remembered, on the volume and, once the stack is taken down, on
    # each half of the mirror; and nobody vouches for what they carry.
    *(Expectation(stage, about, "refuse", code, path)
      for stage, about in (("unmounted", ("host", "volume")), ("taken down", ("host", *MEMBERS)))
      for code, path in (("dataset.remembered", DATA), ("device.unrecognised", None))),
    # What has nothing to do with it may always be wiped.
    *(Expectation(stage, ("blank",), "allow") for stage in STAGES),
    # Swap on a logical volume is found from its disk.
    *(Expectation(stage, ("swap",), "refuse", "device.in_use", detail="swap is on it")
      for stage in STAGES),
]
