#!/usr/bin/env python3
"""Has tritonclient use the churnd of PATH: health, metadata, predictions in JSON and in binary, and errors."""
import os
import subprocess
import sys

import tritonclient.http
from tritonclient.utils import InferenceServerException

from service import MODEL, QUOTA, ROOT, Service, check, customers, token
from tensors import column, rows_of


def fields(subject):
    # A new dictionary each time: the client writes fields of one request into it.
    return {"Authorization": f"Bearer {token(subject)}"}


def inputs(rows, is_binary, column_shape=True):
    shape = [len(rows), 1] if column_shape else [len(rows)]
    made = []
    for name in rows[0]:
        array, datatype = column(name, rows)
        made.append(tritonclient.http.InferInput(name, shape, datatype))
        made[-1].set_data_from_numpy(array.reshape(shape), binary_data=is_binary)
    return made


OUTPUTS = ("churn_probability", "churn_prediction", "risk_level", "customer_id")


def predictions(result):
    return rows_of(result.as_numpy(name) for name in OUTPUTS)


def error(call, *arguments, **options):
    try:
        call(*arguments, **options)
    except InferenceServerException as failure:
        return failure.status(), failure.message()
    return None


def documented(service):
    """What the program in the document prints."""
    text = (ROOT / "Docs/protocols/open-inference.md").read_text()
    program = text.split("```python\n")[1].split("```")[0]
    environment = os.environ | {"CHURND": f"127.0.0.1:{service.port}", "TOKEN": token("documented")}
    return subprocess.run(
        [sys.executable, "-c", program], env=environment, check=True, capture_output=True, text=True).stdout


with Service() as service:
    check("the document's program", documented(service), "0.72 High\n")
    client = tritonclient.http.InferenceServerClient(f"127.0.0.1:{service.port}")
    check("health needs no token", (client.is_server_live(), client.is_server_ready(), client.is_model_ready(MODEL)),
          (True, True, True))
    check("another model is not ready", client.is_model_ready("other"), False)
    check("the server is named", client.get_server_metadata(headers=fields("a"))["name"], "churnd")
    metadata = client.get_model_metadata(MODEL, model_version="3", headers=fields("a"))
    check("the model's version", metadata["versions"], ["3"])
    check("the model's inputs", [one["name"] for one in metadata["inputs"]], list(customers(1)[0]))
    check("the repository's models", client.get_model_repository_index(headers=fields("a")),
          [{"name": MODEL, "version": "3", "state": "READY", "reason": ""}])

    for count in (1, 5):
        rows = customers(count)
        wanted = service.predictions(rows)
        for is_binary in (True, False):
            for column_shape in (True, False):
                what = f"{count} rows, {'binary' if is_binary else 'JSON'}, {'[n,1]' if column_shape else '[n]'}"
                result = client.infer(
                    MODEL, inputs(rows, is_binary, column_shape), headers=fields(what), request_id="r-1")
                check(what, (predictions(result), result.get_response()["id"]), (wanted, "r-1"))
        outputs = [tritonclient.http.InferRequestedOutput("churn_probability", binary_data=False)]
        result = client.infer(MODEL, inputs(rows, True), outputs=outputs, headers=fields("outputs"), model_version="3")
        check("only the output that was asked for", [one["name"] for one in result.get_response()["outputs"]],
              ["churn_probability"])
        check("its values", result.as_numpy("churn_probability").reshape(-1).tolist(), [row[0] for row in wanted])

    bad = customers(2)
    bad[1]["tenure"] = 99
    status, text = error(client.infer, MODEL, inputs(bad, True), headers=fields("bad"))
    check("a row that is not good", (status, text),
          ("422", "Record 1 of 2, counted from 0: 1 field is not acceptable: tenure must be an integer from 0 to 72"))
    check("no token", error(client.infer, MODEL, inputs(bad, True)), ("401", "Missing token"))
    check("a wrong token", error(client.infer, MODEL, inputs(bad, True), headers={"Authorization": "Bearer a.b.c"}),
          ("401", "Invalid token"))
    check("another model", error(client.infer, "other", inputs(bad, True), headers=fields("bad")),
          ("404", f"No such model; the active one is {MODEL}, version 3"))
    check("another path", error(client.get_model_config, MODEL, headers=fields("bad")), ("404", "No such path"))
    check("more rows than the quota", error(client.infer, MODEL, inputs(customers(QUOTA + 1), True), headers=fields("b"))[0],
          "429")
    client.infer(MODEL, inputs(customers(QUOTA), True), headers=fields("c"))
    status, text = error(client.infer, MODEL, inputs(customers(1), True), headers=fields("c"))
    check("the quota is used up", (status, text), ("429", "Rate limit exceeded"))
    check("a compressed request",
          error(client.infer, MODEL, inputs(bad, True), headers=fields("d"), request_compression_algorithm="gzip"),
          ("415", "The Content-Encoding must be identity or absent"))
