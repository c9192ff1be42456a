#!/usr/bin/env python3
"""Activates two versions of a model in turns, and watches the memory of churnd.

usage: swap.py SOCKET PID SWAPS VERSION VERSION
SOCKET is that of churnd's operations listener. Prints the resident memory in KB after 0, 100, 500,
1000 swaps and at the end, and how long a swap took. Standard library only.
"""
import http.client
import json
import socket
import sys
import time


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def resident(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(line.split()[1] for line in file if line.startswith("VmRSS"))


def main():
    path, pid, swaps, versions = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:6]
    connection = UnixConnection(path)
    took = []
    print("rss", 0, resident(pid), flush=True)
    for number in range(1, swaps + 1):
        start = time.monotonic()
        version = versions[number % 2]
        connection.request(
            "POST", "/admin/models/activate", json.dumps({"version": version}),
            {"Content-Type": "application/json"})
        answer = connection.getresponse()
        body = json.loads(answer.read())
        if answer.status != 200 or not body["changed"]:
            sys.exit(f"swap {number}: {answer.status} {body}")
        if not body["active"].endswith("/" + version):
            sys.exit(f"swap {number}: {body['active']} is active, wanted {version}")
        took.append(time.monotonic() - start)
        if number in (100, 500, 1000, swaps):
            print("rss", number, resident(pid), flush=True)
    took.sort()
    print("swap-ms", round(took[len(took) // 2] * 1000, 1), round(took[-1] * 1000, 1))


main()
