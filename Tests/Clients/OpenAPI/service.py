"""A churnd of PATH on a free port of 127.0.0.1, with tokens for it."""
import base64
import hashlib
import hmac
import json
import os
import pathlib
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).parents[3]
SECRET = "a-secret-of-tests-0d5f7a92c4e81b36"
STOP_SECONDS = 10


def token(subject, secret=SECRET, **claims):
    """A token of the subject (HS256), with a second claim that tells it from any other."""
    def encoded(part):
        return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")

    claims = {"sub": subject, "exp": int(time.time()) + 600, "jti": f"{subject}-{time.time_ns()}"} | claims
    signed = encoded({"alg": "HS256", "typ": "JWT"}) + b"." + encoded(claims)
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return (signed + b"." + base64.urlsafe_b64encode(digest).rstrip(b"=")).decode()


class Service:
    """For a `with` statement: churnd runs in it, and its log is in a file of a temporary directory."""

    def __init__(self, **settings):
        self.settings = {
            "http.host": "127.0.0.1", "http.port": "0", "store": "memory", "operations.listen": "off",
            "model.path": str(ROOT / "Models/telco-churn"), "routes": "predict docs",
        } | {name.replace("__", "."): value for name, value in settings.items()}

    def __enter__(self):
        self.directory = tempfile.TemporaryDirectory()
        log = pathlib.Path(self.directory.name) / "log"
        self.process = subprocess.Popen(
            ["churnd"] + [f"--{name}={value}" for name, value in self.settings.items()],
            stdout=log.open("wb"), cwd=ROOT, env=os.environ | {"JWT_SECRET": SECRET})
        self.url = f"http://127.0.0.1:{self._port(log)}"
        return self

    def _port(self, log):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            for line in log.read_text().splitlines():
                if '"message":"listening"' in line and line.endswith("}"):
                    return json.loads(line)["port"]
            # The log is a file: there is nothing else to wait for.
            time.sleep(0.05)
        raise SystemExit(f"churnd does not listen: {log.read_text()}")

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.directory.cleanup()
