"""The model in KServe's own server for Python. usage: kserve_server.py PORT"""
import os
import sys

import numpy
import scoring
from kserve import InferOutput, InferResponse, Model, ModelServer


class Churn(Model):
    def __init__(self, name):
        super().__init__(name)
        self.scorer = scoring.Scorer(os.environ["BUNDLE"])
        self.ready = True

    def predict(self, payload, headers=None, response_headers=None):
        values = {}
        for one in payload.inputs:
            data = one.data if isinstance(one.data, list) else one.as_numpy().reshape(-1)
            values[one.name] = numpy.asarray(data).reshape(-1)
        probabilities = self.scorer.probabilities(values)
        probability = InferOutput("churn_probability", [len(probabilities), 1], "FP64")
        probability.set_data_from_numpy(probabilities.astype(numpy.float64).reshape(-1, 1), binary_data=False)
        risk = InferOutput(
            "risk_level", [len(probabilities), 1], "BYTES", data=scoring.levels(probabilities))
        return InferResponse(payload.id or "", self.name, [probability, risk])


ModelServer(http_port=int(sys.argv[1]), workers=1, enable_grpc=False, enable_docs_url=False).start([Churn("telco-churn")])
