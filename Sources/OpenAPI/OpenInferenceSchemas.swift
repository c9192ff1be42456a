// The schemas of the Open Inference Protocol v2.
extension NamedSchema {
    package static let openInferenceError = NamedSchema(
        "OpenInferenceError",
        #"""
        {"type":"object","required":["error"],
        "properties":{"error":{"type":"string"},"request_id":{"type":"string"}}}
        """#)

    package static let modelIndex = NamedSchema(
        "ModelIndex",
        #"{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"}}}}"#)

    private static let tensor = NamedSchema(
        "Tensor",
        #"""
        {"type":"object","required":["name","shape","datatype"],
        "properties":{
        "name":{"type":"string","description":"A field of the schema, or an output"},
        "shape":{"type":"array","items":{"type":"integer","minimum":0},
        "description":"[n] or [n, 1] for n records"},
        "datatype":{"type":"string","description":"BYTES for texts, INT64, FP64 and others"},
        "parameters":{"type":"object"},
        "data":{"type":"array","description":"Absent where it is in the binary section"}}}
        """#)

    package static let inferenceRequest = NamedSchema(
        "InferenceRequest",
        #"""
        {"type":"object","required":["inputs"],
        "properties":{
        "id":{"type":"string","description":"Repeated in the answer"},
        "parameters":{"type":"object"},
        "inputs":{"type":"array","minItems":1,"items":{"$ref":"#/components/schemas/Tensor"}},
        "outputs":{"type":"array","items":{"type":"object","required":["name"],
        "properties":{"name":{"type":"string"},"parameters":{"type":"object"}}}}}}
        """#, needs: [tensor])

    package static let inferenceAnswer = NamedSchema(
        "InferenceAnswer",
        #"""
        {"type":"object","required":["model_name","model_version","outputs"],
        "properties":{
        "model_name":{"type":"string"},
        "model_version":{"type":"string"},
        "id":{"type":"string"},
        "outputs":{"type":"array","items":{"$ref":"#/components/schemas/Tensor"}}}}
        """#, needs: [tensor])
}
