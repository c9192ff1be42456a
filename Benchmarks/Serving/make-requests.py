#!/usr/bin/env python3
"""Writes whole HTTP requests for wrk: varied customers, and as many subjects as there are requests.

usage: make-requests.py SCHEMA COUNT OUTPUT [CUSTOMERS] < secret
Each request stands behind its length on a line of its own. With CUSTOMERS each customer has an
identifier, and stands in that file too, one a line. Standard library only.
"""
import base64
import hashlib
import hmac
import json
import random
import sys
import time


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def token(secret, subject, now):
    header = encode(b'{"alg":"HS256","typ":"JWT"}')
    claims = {
        "sub": subject, "iat": now, "exp": now + 3600, "jti": f"{subject}-{now}",
        "scope": "predict",
    }
    signed = header + b"." + encode(json.dumps(claims, separators=(",", ":")).encode())
    return signed + b"." + encode(hmac.new(secret, signed, hashlib.sha256).digest())


def customer(properties, choice):
    body = {}
    for name, field in properties.items():
        if "enum" in field:
            body[name] = choice.choice(field["enum"])
        elif field.get("type") == "integer":
            body[name] = choice.randint(field["minimum"], field["maximum"])
        elif field.get("type") == "number":
            body[name] = round(choice.uniform(field["minimum"], min(field["maximum"], 9000)), 2)
    return body


def main():
    schema_path, count, output = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    secret = sys.stdin.buffer.read().rstrip(b"\n")
    with open(schema_path, encoding="utf-8") as file:
        properties = json.load(file)["properties"]
    choice, now = random.Random(1), int(time.time())
    bodies = []
    for number in range(count):
        body = customer(properties, choice)
        if len(sys.argv) > 4:
            body["customerID"] = f"C-{number}"
        bodies.append(json.dumps(body, separators=(",", ":")).encode())
    if len(sys.argv) > 4:
        with open(sys.argv[4], "wb") as file:
            file.writelines(body + b"\n" for body in bodies)
    with open(output, "wb") as file:
        for number, body in enumerate(bodies):
            request = (
                b"POST /predict HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
                + token(secret, f"subject-{number}", now)
                + b"\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
                + body
            )
            file.write(b"%d\n" % len(request) + request)


main()
