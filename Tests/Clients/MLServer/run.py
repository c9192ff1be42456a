#!/usr/bin/env python3
"""Sends requests that MLServer's codec makes of a data frame to the churnd of PATH, and reads the answers with it."""
import urllib.error
import urllib.request

import pandas
from mlserver.codecs import PandasCodec
from mlserver.types import InferenceResponse, MetadataModelResponse, MetadataServerResponse

from service import MODEL, QUOTA, Service, check, customers, token


def ask(url, body=None, subject="a"):
    """The status and the text of an answer."""
    fields = {"Authorization": f"Bearer {token(subject or '')}", "Content-Type": "application/json"}
    if not subject:
        del fields["Authorization"]
    request = urllib.request.Request(url, body and body.encode(), fields)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as failure:
        return failure.code, failure.read().decode()


def encoded(rows):
    return PandasCodec.encode_request(pandas.DataFrame(rows)).model_dump_json()


with Service() as service:
    infer = f"{service.url}/v2/models/{MODEL}/infer"
    check("the server's metadata", MetadataServerResponse.model_validate_json(ask(f"{service.url}/v2")[1]).name, "churnd")
    metadata = MetadataModelResponse.model_validate_json(ask(f"{service.url}/v2/models/{MODEL}")[1])
    check("the model's inputs", [one.name for one in metadata.inputs], list(customers(1)[0]))

    for count in (1, 5):
        rows = customers(count)
        status, text = ask(infer, encoded(rows), f"rows-{count}")
        check(f"{count} rows are answered", status, 200)
        frame = PandasCodec.decode_response(InferenceResponse.model_validate_json(text))
        check(f"{count} rows", [tuple(row) for row in frame.itertuples(index=False)], service.predictions(rows))

    # The codec writes a missing number as null, and the column as FP64.
    rows = customers(2)
    wanted = service.predictions([row | {"TotalCharges": None} for row in rows])
    rows[0]["TotalCharges"] = rows[1]["TotalCharges"] = None
    frame = pandas.DataFrame(rows).astype({"TotalCharges": "float64"})
    status, text = ask(infer, PandasCodec.encode_request(frame).model_dump_json(), "missing")
    check("a missing number is answered", status, 200)
    answer = PandasCodec.decode_response(InferenceResponse.model_validate_json(text))
    check("a missing number", answer["churn_probability"].tolist(), [row[0] for row in wanted])

    bad = customers(2)
    bad[1]["tenure"] = 99
    for what, found, status, error in [
        ("a row that is not good", ask(infer, encoded(bad)), 422, "tenure must be an integer from 0 to 72"),
        ("no token", ask(infer, encoded(bad), None), 401, "Missing token"),
        ("another model", ask(f"{service.url}/v2/models/other/infer", encoded(bad)), 404, "No such model"),
        ("more rows than the quota", ask(infer, encoded(customers(QUOTA + 1))), 429, "more than the quota"),
    ]:
        check(what, (found[0], error in found[1]), (status, True))
