#!/usr/bin/env python3
"""Has KServe's client use the churnd of PATH: health, predictions in JSON and in binary, and errors."""
import asyncio

import httpx
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig

from service import MODEL, QUOTA, Service, check, customers, token
from tensors import column, rows_of


def request(rows, is_binary):
    inputs = []
    for name in rows[0]:
        array, datatype = column(name, rows)
        inputs.append(InferInput(name, [len(rows), 1], datatype))
        inputs[-1].set_data_from_numpy(array.reshape(-1, 1), binary_data=is_binary)
    return InferRequest(MODEL, inputs)


async def error(client, url, body, model=MODEL, headers=None):
    try:
        await client.infer(url, body, headers=headers, model_name=model)
    except httpx.HTTPStatusError as failure:
        return failure.response.status_code, str(failure)
    return None


async def run(service):
    client = InferenceRESTClient(RESTConfig(protocol="v2", retries=1, timeout=10))
    url = service.url
    check("it is live", await client.is_server_live(url), True)
    check("it is ready", await client.is_server_ready(url), True)
    check("the model is ready", await client.is_model_ready(url, MODEL), True)

    for count in (1, 5):
        rows = customers(count)
        wanted = service.predictions(rows)
        for is_binary in (False, True):
            what = f"{count} rows in {'binary' if is_binary else 'JSON'}"
            answer = await client.infer(
                url, request(rows, is_binary), headers={"Authorization": f"Bearer {token(what)}"}, model_name=MODEL)
            check(what, rows_of(output.as_numpy() for output in answer.outputs), wanted)

    bad = customers(2)
    bad[1]["tenure"] = 99
    for what, found, status, text in [
        ("a row that is not good", await error(
            client, url, request(bad, False), headers={"Authorization": f"Bearer {token('bad')}"}),
         422, "tenure must be an integer from 0 to 72"),
        ("no token", await error(client, url, request(bad, False)), 401, "Missing token"),
        ("another model", await error(
            client, url, request(bad, True), "other", {"Authorization": f"Bearer {token('bad')}"}),
         404, "No such model"),
        ("more rows than the quota", await error(
            client, url, request(customers(QUOTA + 1), True), headers={"Authorization": f"Bearer {token('bad')}"}),
         429, "more than the quota"),
    ]:
        check(what, (found[0], text in found[1]), (status, True))


with Service() as started:
    asyncio.run(run(started))
