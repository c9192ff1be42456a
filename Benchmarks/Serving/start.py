#!/usr/bin/env python3
"""Milliseconds from exec to the first answer of GET /health, of 15 starts. Standard library only.

usage: Benchmarks/Serving/start.py [churnd]
"""
import os
import socket
import statistics
import subprocess
import sys
import time

STARTS = 15


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def first_answer(program):
    port = free_port()
    began = time.monotonic()
    churnd = subprocess.Popen(
        [program, "--dev", "--http.port", str(port)]
        + ["--operations.listen", "127.0.0.1:0"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # --dev takes no secret but its own.
        env={name: value for name, value in os.environ.items() if "JWT_" not in name},
    )
    try:
        while True:
            if time.monotonic() - began > 10:
                sys.exit("no answer within 10 s")
            try:
                client = socket.create_connection(("127.0.0.1", port))
                break
            except ConnectionRefusedError:
                pass
        with client:
            client.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            client.recv(4096)
            return (time.monotonic() - began) * 1000
    finally:
        churnd.terminate()
        churnd.wait(timeout=30)


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else ".build/release/churnd"
    times = sorted(first_answer(program) for _ in range(STARTS))
    print(f"least {times[0]:.1f} ms, median {statistics.median(times):.1f} ms, most {times[-1]:.1f} ms")


main()
