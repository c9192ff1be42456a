#!/usr/bin/env python3
"""Looks for the records of answers that were received before churnd was killed.

usage: check-records.py RECEIVED AUDIT_DIRECTORY FIRST_SEQUENCE
RECEIVED has a request_id a line. Prints how many answers were received, how many predictions the
log has from FIRST_SEQUENCE on, how many answers have no record there, and how many bytes stand
behind the log's last line feed. Standard library only.
"""
import json
import os
import sys


def segments(directory, first):
    """The files that hold records from `first` on."""
    names = sorted(name for name in os.listdir(directory) if name.startswith("records-"))
    starts = [int(name[8:-6]) for name in names] + [None]
    for name, following in zip(names, starts[1:]):
        if following is None or following > first:
            yield os.path.join(directory, name)


def main():
    received_path, directory, first = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with open(received_path, encoding="ascii") as file:
        received = [line.rstrip("\n") for line in file]
    recorded, torn = set(), 0
    for path in segments(directory, first):
        with open(path, "rb") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    torn = len(line)
                    continue
                record = json.loads(line)
                if record["sequence"] >= first and record["event"] == "prediction":
                    recorded.add(record["request_id"])
    missing = [name for name in received if name not in recorded]
    print(len(received), len(recorded), len(missing), torn)
    if missing:
        print("missing:", *missing[:10], file=sys.stderr)


main()
