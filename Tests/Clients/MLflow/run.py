#!/usr/bin/env python3
"""Has MLflow's scoring client use the churnd of PATH: each form of a table, NaN, errors, and credentials of a netrc."""
import io
import json
import os
import re
import subprocess
import sys
import tempfile

import pandas
import requests
from mlflow.pyfunc.scoring_server.client import ScoringServerClient

from service import QUOTA, ROOT, Service, check, customers, token

ROUTES = "predict mlflow"
# The client has no way to send a token.
OPEN = {"routes": ROUTES, "auth": "platform", "quota__limit": "200"}


def rows_of(predictions):
    return [
        (row["churn_probability"], row["churn_prediction"], row["risk_level"], row["customer_id"]) for row in predictions
    ]


def error(client, data):
    """The status and the body that the client's exception has."""
    try:
        client.invoke(data)
    except Exception as failure:  # The client throws nothing narrower.
        found = re.search(r"error code (\d+), response: (.*)\)$", str(failure), re.DOTALL)
        return int(found[1]), json.loads(found[2])
    return None


def documented(service):
    """What the program in the document prints."""
    program = (ROOT / "Docs/protocols/mlflow.md").read_text().split("```python\n")[1].split("```")[0]
    environment = os.environ | {"SCORING_PORT": str(service.port)}
    return subprocess.run(
        [sys.executable, "-c", program], env=environment, check=True, capture_output=True, text=True).stdout


with Service(**OPEN) as service:
    client = ScoringServerClient("127.0.0.1", service.port)
    client.wait_server_ready(timeout=10)
    check("it has a version", re.fullmatch(r"\d+\.\d+\.\d+\S*", client.get_version()) is not None, True)

    rows = customers(3)
    table = pandas.DataFrame(rows)
    wanted = service.predictions(rows)
    answer = client.invoke(table)
    check("a DataFrame", rows_of(answer["predictions"]), wanted)
    check("the model is named", answer["model_version"], "telco-churn/3")
    check("an index of texts", rows_of(client.invoke(table.set_axis(["a", "b", "c"]))["predictions"]), wanted)
    check("parameters are ignored", rows_of(client.invoke(table, params={"k": 1})["predictions"]), wanted)
    check("a list", rows_of(client.invoke(rows)["predictions"]), wanted)
    # Its own dictionaries fail in the client, so these forms are given as a text.
    for form, value in [
        ("dataframe_split", table.to_dict(orient="split")), ("dataframe_records", rows), ("instances", rows),
        ("inputs", rows), ("inputs", table.to_dict(orient="list")),
    ]:
        what = f"{form}, {type(value).__name__}"
        check(what, rows_of(client.invoke(json.dumps({form: value}))["predictions"]), wanted)

    posted = requests.post(
        f"{service.url}/invocations", table.to_csv(index=False).encode(),
        headers={"Content-Type": "text/csv; charset=utf-8"}, timeout=10)
    check("CSV", (posted.status_code, rows_of(posted.json()["predictions"])), (200, wanted))
    posted = requests.post(
        f"{service.url}/invocations", table.to_csv(index=False).encode(),
        headers={"Content-Type": "text/csv", "Accept": "text/csv"}, timeout=10)
    found = pandas.read_csv(io.StringIO(posted.text), header=None)
    check("CSV in an answer", [tuple(row) for row in found.values], [(row[0], row[2]) for row in wanted])

    status, body = error(client, table.assign(MonthlyCharges=[20.5, float("nan"), 30.25]))
    check("NaN", (status, body["error_code"], "NaN at byte" in body["message"], "null" in body["message"]),
          (400, "BAD_REQUEST", True, True))
    status, body = error(client, table.assign(tenure=[1, 99, 2]))
    check("a row that is not good", (status, body["error_code"]), (422, "INVALID_PARAMETER_VALUE"))
    check("its text", (body["message"].startswith("Record 1 of 3, counted from 0"), "99" in body["message"]), (True, False))
    check("a missing column", error(client, table.drop(columns="tenure"))[0], 422)
    check("a column too many", error(client, table.assign(other=1))[0], 422)
    check("two forms", error(client, json.dumps({"instances": rows, "inputs": rows}))[0], 400)
    check("another type", requests.post(
        f"{service.url}/invocations", b"PAR1", headers={"Content-Type": "application/vnd.apache.parquet"},
        timeout=10).status_code, 415)
    check("the program of the document", documented(service), "0.72 High\n")

with Service(routes=ROUTES) as service, tempfile.NamedTemporaryFile("w") as netrc:
    client = ScoringServerClient("127.0.0.1", service.port)
    check("no token", error(client, table)[0], 401)
    netrc.write("machine 127.0.0.1 login a password b\n")
    netrc.flush()
    os.environ["NETRC"] = netrc.name
    check("credentials of a netrc", error(client, table)[0], 401)
    del os.environ["NETRC"]
    body = json.dumps({"dataframe_records": customers(QUOTA + 1)})
    for subject, content, status in [("good", json.dumps({"instances": rows}), 200), ("many", body, 429)]:
        posted = requests.post(
            f"{service.url}/invocations", content,
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {token(subject)}"}, timeout=10)
        check(f"with a token, {status}", posted.status_code, status)
