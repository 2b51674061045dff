# SPDX-License-Identifier: Apache-2.0
"""Waiting for a condition, with a deadline: no test sleeps for a fixed time."""

import time


def wait_for(condition, what, deadline=10.0, pause=0.01):
    """Polls `condition` until it gives something true, and returns that. `what` is for the failure's message."""
    end = time.monotonic() + deadline
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {deadline} s in vain for {what}")
        time.sleep(pause)
