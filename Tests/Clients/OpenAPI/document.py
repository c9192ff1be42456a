"""The description of the interface as other programs read it: a validator, a client that is generated from it, and
schemathesis, which sends what it allows and what it does not."""
import importlib
import json
import pathlib
import subprocess
import sys
import tempfile
import urllib.request

import jsonschema
import openapi_spec_validator

from service import Service, token

PROGRAMS = pathlib.Path(sys.executable).parent
SEED = "7"
EXAMPLES_MAX = "60"


def fetch(url, headers={}):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
        return json.load(answer)


def resolved(document, node):
    while "$ref" in node:
        place = document
        for name in node["$ref"].removeprefix("#/").split("/"):
            place = place[name]
        node = place
    return node


def contents(document, operation):
    """The contents of an operation: what it is of, and the content."""
    yield from (("request", c) for c in operation.get("requestBody", {}).get("content", {}).values())
    for status, answer in operation["responses"].items():
        yield from ((status, c) for c in resolved(document, answer).get("content", {}).values())


def check_examples(document):
    """Each example against its schema. Returns how many there are."""
    count = 0
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for place, content in contents(document, operation):
                examples = [content["example"]] if "example" in content else []
                examples += [resolved(document, e)["value"] for e in content.get("examples", {}).values()]
                # References begin at the root.
                schema = content["schema"] | {"components": document["components"]}
                validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
                for example in examples:
                    errors = [error.message for error in validator.iter_errors(example)]
                    assert not errors, f"{method} {path} {place}: {errors}"
                    count += 1
    return count


def check_schemathesis(url):
    """The route that revokes the token is tried last, with a token of its own."""
    for selection, subject in (["--exclude-path", "/logout"], "alice"), (["--include-path", "/logout"], "bob"):
        command = [
            PROGRAMS / "schemathesis", "run", f"{url}/openapi.json", "--header",
            f"Authorization: Bearer {token(subject)}", "--seed", SEED, "--max-examples", EXAMPLES_MAX,
            "--generation-database", "none", "--no-color", *selection,
        ]
        with tempfile.TemporaryDirectory() as directory:
            run = subprocess.run(command, capture_output=True, text=True, cwd=directory, timeout=300)
        assert run.returncode == 0, run.stdout + run.stderr


def check_generated_client(url, document):
    with tempfile.TemporaryDirectory() as directory:
        place = pathlib.Path(directory)
        (place / "openapi.json").write_text(json.dumps(document))
        (place / "config.yaml").write_text("post_hooks: []\n")
        run = subprocess.run(
            [PROGRAMS / "openapi-python-client", "generate", "--path", place / "openapi.json", "--config",
             place / "config.yaml", "--meta", "none", "--output-path", place / "generated"],
            capture_output=True, text=True, timeout=120)
        output = run.stdout + run.stderr
        assert run.returncode == 0 and "Warning" not in output, output
        sys.path.insert(0, directory)
        client = importlib.import_module("generated")
        predict = importlib.import_module("generated.api.predict.post_predict")
        models = importlib.import_module("generated.models")
        sys.path.remove(directory)
        operation = document["paths"]["/predict"]["post"]
        example = operation["requestBody"]["content"]["application/json"]["example"]
        record = models.CustomerRecord.from_dict(example)

        good = client.AuthenticatedClient(base_url=url, token=token("carol"))
        answer = predict.sync_detailed(client=good, body=record, explain=2)
        assert answer.status_code == 200, answer
        raw = json.loads(answer.content)
        assert answer.parsed.churn_probability == raw["churn_probability"], answer
        assert answer.parsed.risk_level.value == raw["risk_level"], answer
        assert [reason.field for reason in answer.parsed.reasons] == [r["field"] for r in raw["reasons"]], answer
        assert len(answer.parsed.reasons) == 2, answer

        record.tenure = 73
        answer = predict.sync_detailed(client=good, body=record)
        assert answer.status_code == 422 and answer.parsed.errors[0].field == "tenure", answer
        bad = client.AuthenticatedClient(base_url=url, token=token("carol", secret="another" * 8))
        answer = predict.sync_detailed(client=bad, body=record)
        assert answer.status_code == 401 and answer.parsed.type_ == "urn:churnd:problem:invalid-token", answer


def check_requests(url, document):
    """Each example of a request is one that works, and each operation says what it does. Returns how many there are."""
    name, version = document["info"]["x-model"].split("/")
    count = 0
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert not operation["summary"].startswith(method.upper()), f"{method} {path}: {operation['summary']}"
            for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
                if "example" not in content:
                    continue
                example = content["example"]
                fields = {"Authorization": f"Bearer {token('frank')}", "Content-Type": media_type}
                request = urllib.request.Request(
                    url + path.replace("{model}", name).replace("{version}", version), headers=fields,
                    data=(example if isinstance(example, str) else json.dumps(example)).encode())
                with urllib.request.urlopen(request, timeout=10) as answer:
                    assert answer.status == 200, f"{method} {path}: {answer.status}"
                count += 1
    return count


def check_everything():
    """With all families: what other programs cannot send, as they know JSON alone, is still described."""
    families = "predict batch customers oip mlflow sagemaker vertex azure docs"
    # No customer is asked for.
    with Service(routes=families, features__redis__url="redis://127.0.0.1:1") as service:
        document = fetch(f"{service.url}/openapi.json")
        openapi_spec_validator.validate(document)
        count = check_examples(document)
        requests = check_requests(service.url, document)
        print(f"openapi-spec-validator: valid with every family; {count} examples agree with their schemas, and the "
              f"{requests} of requests get predictions")


def run():
    check_everything()
    with Service(routes="predict docs", quota__limit="100000", store__subjects="100") as service:
        document = fetch(f"{service.url}/openapi.json")
        check_generated_client(service.url, document)
        print("openapi-python-client: the client predicts, and reads 401 and 422")
        check_schemathesis(service.url)
        print("schemathesis: no failure")
