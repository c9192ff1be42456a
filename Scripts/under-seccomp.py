#!/usr/bin/python3
"""Runs a command under a seccomp profile of Docker's form, on this machine and without a container.

Each call to the kernel that the profile does not allow ends the command with SIGSYS, whatever the
profile's own default is, so that none goes unnoticed. Needs Debian's python3-seccomp.

usage: Scripts/under-seccomp.py PROFILE COMMAND [ARGUMENT...]
"""

import json
import os
import sys

import seccomp


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        profile = json.load(file)
    allowed = seccomp.SyscallFilter(seccomp.KILL_PROCESS)
    for rule in profile["syscalls"]:
        if rule["action"] != "SCMP_ACT_ALLOW" or "args" in rule:
            sys.exit(f"{sys.argv[1]}: expected rules that allow, without arguments: {rule}")
        for name in rule["names"]:
            try:
                allowed.add_rule(seccomp.ALLOW, name)
            except ValueError as error:
                sys.exit(f"{sys.argv[1]}: {name}: {error}")
    allowed.load()
    os.execv(sys.argv[2], sys.argv[2:])


main()
