internal import Bytes
package import Features
package import JSON

/// Writes what the Open Inference Protocol says about a server and its models.
package enum OpenInferenceMetadata {
    /// What the server is, and what it can do beyond the protocol.
    package static func append(version: String, to json: inout JSONWriter) {
        json.beginObject()
        json.name("name")
        json.string("churnd")
        json.name("version")
        json.string(version)
        json.name("extensions")
        json.beginArray()
        json.string("binary_tensor_data")
        json.string("model_repository")
        json.endArray()
        json.endObject()
    }

    /// A model's inputs, one for each property of its schema, and its outputs.
    package static func append(
        _ schema: Schema, modelName: String, modelVersion: String, to json: inout JSONWriter
    ) {
        let table = FieldTable(schema)
        json.beginObject()
        json.name("name")
        json.string(modelName)
        json.name("versions")
        json.beginArray()
        json.string(modelVersion)
        json.endArray()
        json.name("platform")
        json.string("churnd_gbdt")
        json.name("inputs")
        json.beginArray()
        for (slot, name) in zip(table.slots, table.names) {
            append(name, datatype(of: slot.kind).rawValue, to: &json)
        }
        json.endArray()
        json.name("outputs")
        json.beginArray()
        for output in OpenInferenceOutput.allCases {
            append(output.name, output.datatype, to: &json)
        }
        json.endArray()
        json.endObject()
    }

    /// The one model that is served, as the extension for repositories lists it.
    package static func append(
        modelName: String, modelVersion: String, to json: inout JSONWriter
    ) {
        json.beginArray()
        json.beginObject()
        json.name("name")
        json.string(modelName)
        json.name("version")
        json.string(modelVersion)
        json.name("state")
        json.string("READY")
        json.name("reason")
        json.string("")
        json.endObject()
        json.endArray()
    }

    private static func append(
        _ name: String, _ datatype: String, to json: inout JSONWriter
    ) {
        json.beginObject()
        json.name("name")
        json.string(name)
        json.name("datatype")
        json.string(datatype)
        json.name("shape")
        json.beginArray()
        // As many rows as the request has.
        json.number(-1)
        json.number(1)
        json.endArray()
        json.endObject()
    }

    private static func datatype(of kind: FieldTable.Kind) -> TensorDatatype {
        switch kind {
        case .category, .identifier: .bytes
        case .integer: .int64
        case .number: .fp64
        }
    }
}
