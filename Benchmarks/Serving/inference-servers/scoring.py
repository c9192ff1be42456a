"""The shipped model in Python: columns of raw values in, probabilities out, by XGBoost's own library."""
import json
import pathlib

import numpy
import xgboost


class Scorer:
    def __init__(self, bundle):
        directory = pathlib.Path(bundle)
        manifest = json.loads((directory / "manifest.json").read_text())
        derived = manifest["schema"]["x-derived"]
        self.columns = manifest["encoding"]["columns"]
        self.bins, self.counts = derived["tenure_group"], derived["total_services"]["of"]
        self.booster = xgboost.Booster({"nthread": 1})
        self.booster.load_model(directory / "model.json")

    def probabilities(self, values):
        """Of rows that are given as a list of values for each field."""
        values = dict(values)
        edges = numpy.searchsorted(self.bins["upperEdges"], values[self.bins["field"]])
        values["tenure_group"] = [self.bins["labels"][edge] for edge in edges]
        values["total_services"] = sum(
            numpy.isin(values[field], counted).astype(float) for field, counted in self.counts.items())
        arrays = {name: numpy.asarray(column) for name, column in values.items()}
        matrix = numpy.empty((len(edges), len(self.columns)), dtype=numpy.float32)
        for index, column in enumerate(self.columns):
            array = arrays[column["feature"]]
            matrix[:, index] = array == column["value"] if "value" in column else array
        return self.booster.inplace_predict(matrix)


def levels(probabilities):
    return ["High" if p > 0.7 else "Medium" if p > 0.4 else "Low" for p in probabilities]
