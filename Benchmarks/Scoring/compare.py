#!/usr/bin/env python3
"""Compares, row by row and byte by byte, the probabilities of `churnctl score` with those of POST /predict.

usage: Benchmarks/Scoring/compare.py MODEL CSV [directory of the programs]
Starts a churnd of its own with the store in memory. Standard library only.
"""
import csv
import http.client
import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time

PROBABILITY = re.compile(rb'"churn_probability":([^,]+),')
PREDICTIONS_A_SUBJECT = 1000


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def bodies(model, path):
    with open(f"{model}/manifest.json", encoding="utf-8") as file:
        fields = json.load(file)["schema"]["properties"]
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            body = {}
            for name, field in fields.items():
                text = row[name]
                if field["type"] == "string":
                    body[name] = text
                else:
                    body[name] = json.loads(text) if text.strip() else field["x-blank"]
            yield json.dumps(body)


def served(model, path, programs):
    port, secret = free_port(), secrets.token_hex(32)
    environment = dict(os.environ, JWT_SECRET=secret, CHURND_STORE="memory")
    churnd = subprocess.Popen(
        [f"{programs}/churnd", "--http.port", str(port), "--model.path", model]
        + ["--quota.limit", str(PREDICTIONS_A_SUBJECT), "--log.requests", "off"]
        + ["--operations.listen", "off"],
        env=environment, stdout=subprocess.DEVNULL)
    try:
        for _ in range(500):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                time.sleep(0.01)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        for number, body in enumerate(bodies(model, path)):
            if number % PREDICTIONS_A_SUBJECT == 0:
                subject = f"compare-{number}"
                token = subprocess.run(
                    [f"{programs}/churnctl", "token", "mint", "--sub", subject, "--ttl", "600"],
                    env=environment, check=True, capture_output=True, text=True).stdout.strip()
            connection.request("POST", "/predict", body, {
                "Authorization": f"Bearer {token}", "Content-Type": "application/json"})
            answer = connection.getresponse()
            content = answer.read()
            if answer.status != 200:
                sys.exit(f"row {number + 1}: {answer.status} {content.decode()}")
            yield PROBABILITY.search(content).group(1).decode()
    finally:
        churnd.terminate()
        churnd.wait(timeout=30)


def scored(model, path, programs):
    with open(path, "rb") as table:
        output = subprocess.run(
            [f"{programs}/churnctl", "score", "--model", model], stdin=table, check=True,
            capture_output=True, text=True).stdout
    return [row["churn_probability"] for row in csv.DictReader(output.splitlines())]


def main():
    model, path = sys.argv[1], sys.argv[2]
    programs = sys.argv[3] if len(sys.argv) > 3 else ".build/release"
    first, second = scored(model, path, programs), list(served(model, path, programs))
    different = sum(a != b for a, b in zip(first, second))
    print(f"{model}: {len(first)} rows scored, {len(second)} served, {different} different")
    sys.exit(different != 0 or len(first) != len(second))


main()
