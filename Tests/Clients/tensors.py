"""Columns of customers as tensors of the Open Inference Protocol."""
import numpy

from service import REALS


def column(name, rows):
    """The values of a field in each row, and their datatype."""
    values = [row[name] for row in rows]
    if isinstance(values[0], str):
        return numpy.array([value.encode() for value in values], dtype=object), "BYTES"
    if name in REALS:
        return numpy.array(values, dtype=numpy.float64), "FP64"
    return numpy.array(values, dtype=numpy.int64), "INT64"


def rows_of(outputs):
    """Arrays of outputs as a tuple for each row, texts decoded."""
    columns = []
    for output in outputs:
        values = output.reshape(-1).tolist()
        columns.append([value.decode() if isinstance(value, bytes) else value for value in values])
    return list(zip(*columns))
