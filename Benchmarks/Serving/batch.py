#!/usr/bin/env python3
"""Measures a churnd with batches; batch.sh starts it. The secret of its tokens comes on standard input.

usage: Benchmarks/Serving/batch.py PORT PID BATCHES ROUNDS
"""
import base64
import hashlib
import hmac
import json
import os
import socket
import sys
import time

ROWS = 1000
# Of the quota that churnd is started with.
BATCHES_A_SUBJECT = 100
CUSTOMER = {
    "gender": "Female", "SeniorCitizen": 0, "Partner": "Yes", "Dependents": "No", "tenure": 34,
    "PhoneService": "Yes", "MultipleLines": "No", "InternetService": "Fiber optic",
    "OnlineSecurity": "No", "OnlineBackup": "Yes", "DeviceProtection": "No", "TechSupport": "No",
    "StreamingTV": "Yes", "StreamingMovies": "No", "Contract": "One year",
    "PaperlessBilling": "Yes", "PaymentMethod": "Mailed check", "MonthlyCharges": 56.95,
    "TotalCharges": 1889.5,
}  # fmt: skip

port, pid, batches, rounds = (int(word) for word in sys.argv[1:5])
secret = sys.stdin.buffer.read()
subjects = 0


def token():
    """Of a subject of its own."""
    global subjects
    subjects += 1
    claims = {"sub": f"batch-{subjects}", "exp": int(time.time()) + 3600}
    parts = [{"alg": "HS256", "typ": "JWT"}, claims]
    text = b".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
    mac = hmac.new(secret, text, hashlib.sha256).digest()
    return (text + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()


def request(path, media_type, body, bearer):
    head = (
        f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: {media_type}\r\nAuthorization: Bearer {bearer}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def connect():
    client = socket.create_connection(("127.0.0.1", port))
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def cpu():
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident():
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


def exchange(client, message, end):
    """Sends a request and reads until the answer ends with these bytes."""
    client.sendall(message)
    tail = b""
    while not tail.endswith(end):
        part = client.recv(1 << 20)
        if not part:
            sys.exit("churnd closed the connection")
        tail = (tail + part)[-400:]


def report(name, rows, began, used):
    wall = time.monotonic() - began
    used = cpu() - used
    print(f"{name:12} {rows / wall:10,.0f} {used / rows * 1e6:10.2f} {rows / used:14,.0f} {resident():10,}", flush=True)


def measure(name, path, media_type, body, rows, count, end):
    client = connect()
    done = 0
    began, used = time.monotonic(), cpu()
    while done < count:
        message = request(path, media_type, body, token())
        for _ in range(min(BATCHES_A_SUBJECT * (ROWS // rows), count - done)):
            exchange(client, message, end)
            done += 1
    report(name, rows * count, began, used)
    client.close()


customers = [
    json.dumps(dict(CUSTOMER, customerID=f"C-{index}", tenure=index % 72 + 1)).encode() for index in range(ROWS)
]
lines, array = b"\n".join(customers), b"[" + b",".join(customers) + b"]"
last = b"0\r\n\r\n"
print(f"{'':12} {'rows/s':>10} {'us a row':>10} {'rows/s a core':>14} {'RSS KiB':>10}")
for _ in range(rounds):
    measure("lines", "/v1/predict/batch", "application/x-ndjson", lines, ROWS, batches, last)
    measure("array", "/v1/predict/batch", "application/json", array, ROWS, batches, last)
    measure("/predict", "/predict", "application/json", customers[0], 1, 20_000, b"}")

before = resident()
idle = []
message = request("/v1/predict/batch", "application/x-ndjson", lines, token())
for _ in range(32):
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", port))
    client.sendall(message)
    idle.append(client)
deadline = time.monotonic() + 5
most = 0
while time.monotonic() < deadline:
    most = max(most, resident())
print(f"32 batches whose clients read nothing: {(most - before) / 32:,.0f} KiB each")
