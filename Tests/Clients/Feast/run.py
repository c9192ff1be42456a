#!/usr/bin/env python3
"""Has Feast write customers into a Redis, and the churnd of PATH predict for them by their identifiers."""
import datetime
import json
import os
import pathlib
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

import pandas
from feast import Entity, FeatureStore, FeatureView, Field, FileSource, ValueType
from feast.types import Float64, Int64, String

from service import REALS, Service, check, customers, token

PROJECT = "churn"
VIEW = "telco"
STOP_SECONDS = 10


class Redis:
    """A redis-server without persistence, for a `with` statement."""

    def __enter__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(
            ["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--save", ""], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return self
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise
                # There is nothing to wait for but that it accepts.
                time.sleep(0.05)

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait(STOP_SECONDS)


def write(rows, directory, port):
    """Has Feast define a view of the rows and write them into Redis."""
    now = datetime.datetime.now(datetime.timezone.utc)
    table = pandas.DataFrame(rows).rename(columns={"customerID": "customer_id"})
    table["event_timestamp"] = pandas.Timestamp(now - datetime.timedelta(minutes=1))
    path = pathlib.Path(directory) / "customers.parquet"
    table.to_parquet(path)
    (pathlib.Path(directory) / "feature_store.yaml").write_text(
        f"project: {PROJECT}\nprovider: local\nregistry: {directory}/registry.db\n"
        f"online_store:\n  type: redis\n  connection_string: 127.0.0.1:{port}\n"
        "offline_store:\n  type: file\nentity_key_serialization_version: 3\n")
    customer = Entity(name="customer", join_keys=["customer_id"], value_type=ValueType.STRING)
    fields = [
        Field(name=name, dtype=String if isinstance(value, str) else Float64 if name in REALS else Int64)
        for name, value in rows[0].items() if name != "customerID"
    ]
    view = FeatureView(
        name=VIEW, entities=[customer], ttl=datetime.timedelta(days=1), schema=fields,
        source=FileSource(path=str(path), timestamp_field="event_timestamp"))
    store = FeatureStore(repo_path=str(directory))
    store.apply([customer, view])
    store.materialize(now - datetime.timedelta(hours=1), now)


def risk(service, identifier):
    request = urllib.request.Request(
        f"{service.url}/v1/customers/{urllib.parse.quote(identifier, safe='')}/risk",
        headers={"Authorization": f"Bearer {token('by-id')}"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            body = json.load(answer)
    except urllib.error.HTTPError as error:
        return json.load(error)["type"]
    return (body["churn_probability"], body["churn_prediction"], body["risk_level"], body["customer_id"])


with Redis() as redis, tempfile.TemporaryDirectory() as directory:
    rows = customers(12)
    write(rows, directory, redis.port)
    os.environ.update({
        "CHURND_ROUTES": "predict customers", "CHURND_FEATURES_LAYOUT": "feast", "CHURND_FEATURES_PROJECT": PROJECT,
        "CHURND_FEATURES_VIEWS": VIEW, "CHURND_FEATURES_MAX_AGE": "3600",
        "CHURND_FEATURES_REDIS_URL": f"redis://127.0.0.1:{redis.port}",
    })
    with Service() as service:
        found = [risk(service, row["customerID"]) for row in rows]
        check("what Feast wrote is predicted as /predict does", found, service.predictions(rows))
        check("a customer that Feast never wrote", risk(service, "nobody"), "urn:churnd:problem:customer-not-found")
