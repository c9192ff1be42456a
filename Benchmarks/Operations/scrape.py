#!/usr/bin/env python3
"""Scrapes /metrics each second and prints how many milliseconds each scrape took, and its bytes.

usage: scrape.py PORT SECONDS
Standard library only.
"""
import http.client
import sys
import threading
import time


def main():
    port, seconds = int(sys.argv[1]), float(sys.argv[2])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    tick = threading.Event()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.monotonic()
        connection.request("GET", "/metrics")
        answer = connection.getresponse()
        text = answer.read()
        took = time.monotonic() - start
        if answer.status != 200:
            sys.exit(f"/metrics: {answer.status}")
        print(f"{took * 1000:.3f} {len(text)}", flush=True)
        tick.wait(max(0, min(1 - took, end - time.monotonic())))


main()
