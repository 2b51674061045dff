# SPDX-License-Identifier: Apache-2.0
"""Runs commands in turn, ROUNDS times, and prints as JSON how long each took from start to exit, in seconds.

Runs inside the lab: time_commands.py ROUNDS '["command", "argument"]' ...
"""

import json
import os
import sys
import time

rounds, commands = int(sys.argv[1]), [json.loads(text) for text in sys.argv[2:]]
null = os.open("/dev/null", os.O_RDWR)
quiet = [(os.POSIX_SPAWN_DUP2, null, target) for target in (0, 1, 2)]
times, statuses = [[] for _ in commands], [set() for _ in commands]
for _ in range(rounds):
    for command, taken, ended in zip(commands, times, statuses):
        began = time.perf_counter()
        child = os.posix_spawn(command[0], command, os.environ, file_actions=quiet)
        _, status = os.waitpid(child, 0)
        taken.append(time.perf_counter() - began)
        ended.add(os.waitstatus_to_exitcode(status))
print(json.dumps({"times": times, "statuses": [sorted(ended) for ended in statuses]}))
