"""A churnd of PATH on a free port of 127.0.0.1, tokens for it, customers, and what `/predict` says of them."""
import base64
import hashlib
import hmac
import json
import os
import pathlib
import subprocess
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).parents[2]
SECRET = "a-secret-of-tests-0d5f7a92c4e81b36"
MODEL = "telco-churn"
QUOTA = 40
STOP_SECONDS = 10

# Invented.
CUSTOMER = {
    "customerID": "C-1", "gender": "Female", "SeniorCitizen": 0, "Partner": "Yes", "Dependents": "No", "tenure": 2,
    "PhoneService": "Yes", "MultipleLines": "No", "InternetService": "Fiber optic", "OnlineSecurity": "No",
    "OnlineBackup": "No", "DeviceProtection": "No", "TechSupport": "No", "StreamingTV": "Yes", "StreamingMovies": "No",
    "Contract": "Month-to-month", "PaperlessBilling": "Yes", "PaymentMethod": "Electronic check",
    "MonthlyCharges": 80.5, "TotalCharges": 161.0,
}
REALS = {"MonthlyCharges", "TotalCharges"}


def customers(count):
    """Customers that differ, in the order of the schema's fields."""
    return [
        CUSTOMER | {"customerID": f"C-{number}ä", "tenure": 7 * number % 73, "MonthlyCharges": 20.25 + 11.1 * number % 90}
        for number in range(count)
    ]


def token(subject, secret=SECRET, **claims):
    """A token of the subject (HS256), with a second claim that differs in each."""
    def encoded(part):
        return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")

    claims = {"sub": subject, "exp": int(time.time()) + 600, "jti": f"{subject}-{time.time_ns()}"} | claims
    signed = encoded({"alg": "HS256", "typ": "JWT"}) + b"." + encoded(claims)
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return (signed + b"." + base64.urlsafe_b64encode(digest).rstrip(b"=")).decode()


class Service:
    """For a `with` statement: churnd runs in it, and its log is in a file of a temporary directory."""

    def __init__(self, **settings):
        """Settings in the place of those that tests usually have, a dot of a key as two underscores."""
        self.settings = {
            "http.host": "127.0.0.1", "http.port": "0", "store": "memory", "operations.listen": "off",
            "model.path": str(ROOT / "Models/telco-churn"), "quota.limit": str(QUOTA),
        } | {name.replace("__", "."): value for name, value in settings.items()}

    def __enter__(self):
        self.directory = tempfile.TemporaryDirectory()
        log = pathlib.Path(self.directory.name) / "log"
        self.process = subprocess.Popen(
            ["churnd"] + [f"--{name}={value}" for name, value in self.settings.items()],
            stdout=log.open("wb"), cwd=ROOT, env=os.environ | {"JWT_SECRET": SECRET})
        self.port = self._port(log)
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    def _port(self, log):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            for line in log.read_text().splitlines():
                if '"message":"listening"' in line and line.endswith("}"):
                    return int(json.loads(line)["port"])
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

    def predictions(self, rows):
        """What `/predict` answers to each, as tuples of probability, prediction, level and identifier."""
        found = []
        for number, row in enumerate(rows):
            request = urllib.request.Request(
                f"{self.url}/predict", json.dumps(row).encode(),
                {"Authorization": f"Bearer {token(f'single-{number}')}", "Content-Type": "application/json"})
            with urllib.request.urlopen(request, timeout=10) as answer:
                body = json.load(answer)
            found.append((
                body["churn_probability"], body["churn_prediction"], body["risk_level"], body["customer_id"]))
        return found


def check(what, found, wanted):
    """Ends the program where two values differ."""
    if found != wanted:
        raise SystemExit(f"{what}: found {found!r}, expected {wanted!r}")
    print(f"ok: {what}", flush=True)
