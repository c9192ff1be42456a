#!/usr/bin/env python3
"""Sends requests ahead on many connections for some seconds, as fast as they are taken, and counts
the bytes of the answers without looking at them. usage: pipelines.py PORT CONNECTIONS SECONDS"""
import selectors
import socket
import sys
import time

port, connections, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
batch = b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n" * 2000
buffer = bytearray(1 << 20)
selector = selectors.DefaultSelector()
for _ in range(connections):
    client = socket.create_connection(("127.0.0.1", port))
    client.setblocking(False)
    selector.register(client, selectors.EVENT_READ | selectors.EVENT_WRITE, [0])
received = 0
begun = time.monotonic()
while time.monotonic() - begun < seconds:
    for key, events in selector.select(0.1):
        try:
            if events & selectors.EVENT_READ:
                received += key.fileobj.recv_into(buffer)
            if events & selectors.EVENT_WRITE:
                # Continues where the kernel accepted no more, so that requests stay whole.
                sent = key.fileobj.send(memoryview(batch)[key.data[0]:])
                key.data[0] = (key.data[0] + sent) % len(batch)
        except BlockingIOError:
            pass
print(int(received / (time.monotonic() - begun)))
