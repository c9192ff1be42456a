"""The model for MLServer: a custom runtime, as its documentation describes them."""
import os

import scoring
from mlserver import MLModel
from mlserver.codecs import NumpyCodec, StringCodec
from mlserver.types import InferenceRequest, InferenceResponse


class Churn(MLModel):
    async def load(self):
        self.scorer = scoring.Scorer(os.environ["BUNDLE"])
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        values = {}
        for one in payload.inputs:
            codec = StringCodec if one.datatype == "BYTES" else NumpyCodec
            decoded = codec.decode_input(one)
            values[one.name] = decoded if isinstance(decoded, list) else decoded.reshape(-1)
        probabilities = self.scorer.probabilities(values)
        return InferenceResponse(
            model_name=self.name, model_version=self.version,
            outputs=[
                NumpyCodec.encode_output("churn_probability", probabilities.astype(float).reshape(-1, 1)),
                StringCodec.encode_output("risk_level", scoring.levels(probabilities)),
            ])
