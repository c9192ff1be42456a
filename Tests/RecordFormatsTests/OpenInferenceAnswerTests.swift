import JSON
import RecordFormats
import TestSupport
import Testing

@Suite struct OpenInferenceAnswerTests {
    private let results = [
        OpenInferenceResult(
            probability: 0.72004, isPositive: true, risk: "High", customerID: Array("C-1".utf8)),
        OpenInferenceResult(
            probability: 0.00005, isPositive: false, risk: "Low", customerID: Array("ä".utf8)),
    ]

    private func write(
        _ outputs: [RequestedOutput], id: String? = nil
    ) -> (content: [UInt8], headerBytes: Int?) {
        var content: [UInt8] = []
        let headerBytes = OpenInferenceAnswer(
            modelName: "m", modelVersion: "3", id: id, outputs: outputs
        ).append(results, to: &content)
        return (content, headerBytes)
    }

    @Test func `outputs in JSON are columns with one value a record`() {
        let (content, headerBytes) = write(
            OpenInferenceOutput.allCases.map { RequestedOutput($0) }, id: "a\"b")
        #expect(headerBytes == nil)
        #expect(
            String(decoding: content, as: UTF8.self)
                == #"{"model_name":"m","model_version":"3","id":"a\"b","outputs":["#
                + #"{"name":"churn_probability","shape":[2,1],"datatype":"FP64","#
                + #""data":[0.72,0]},"#
                + #"{"name":"churn_prediction","shape":[2,1],"datatype":"BOOL","#
                + #""data":[true,false]},"#
                + #"{"name":"risk_level","shape":[2,1],"datatype":"BYTES","data":["High","Low"]},"#
                + #"{"name":"customer_id","shape":[2,1],"datatype":"BYTES","data":["C-1","ä"]}]}"#)
    }

    @Test func `outputs in binary follow the JSON in their order`() throws {
        let (content, count) = write([
            RequestedOutput(.customer, isBinary: true), RequestedOutput(.risk),
            RequestedOutput(.prediction, isBinary: true),
            RequestedOutput(.probability, isBinary: true),
        ])
        let headerBytes = try #require(count)
        #expect(
            String(decoding: content[..<headerBytes], as: UTF8.self)
                == #"{"model_name":"m","model_version":"3","outputs":["#
                + #"{"name":"customer_id","shape":[2,1],"datatype":"BYTES","#
                + #""parameters":{"binary_data_size":13}},"#
                + #"{"name":"risk_level","shape":[2,1],"datatype":"BYTES","data":["High","Low"]},"#
                + #"{"name":"churn_prediction","shape":[2,1],"datatype":"BOOL","#
                + #""parameters":{"binary_data_size":2}},"#
                + #"{"name":"churn_probability","shape":[2,1],"datatype":"FP64","#
                + #""parameters":{"binary_data_size":16}}]}"#)
        #expect(
            Array(content[headerBytes...])
                == binaryText("C-1") + binaryText("ä") + [1, 0]
                + littleEndian((0.72).bitPattern) + littleEndian((0.0).bitPattern))
    }

    /// What is written of one record with this probability.
    private func bytes(_ probability: Float, isBinary: Bool) -> [UInt8] {
        var content: [UInt8] = []
        _ = OpenInferenceAnswer(
            modelName: "", modelVersion: "", id: nil,
            outputs: [RequestedOutput(.probability, isBinary: isBinary)]
        ).append(
            [
                OpenInferenceResult(
                    probability: probability, isPositive: true, risk: "", customerID: [])
            ], to: &content)
        return content
    }

    @Test func `a binary probability is the number that the JSON spells`() throws {
        var random = SplitMix64(seed: 11)
        let ties: [Float] = [0, 1, 0.00005, 0.5, 0.125, 0.99995, .leastNonzeroMagnitude]
        for probability in ties + (0..<2000).map({ _ in Float.random(in: 0...1, using: &random) }) {
            let json = bytes(probability, isBinary: false)
            let outputs = try JSONValue(parsing: json.span).asObject?["outputs"]?.asArray
            let spelled = try #require(outputs?[0].asObject?["data"]?.asArray?[0].asNumber)
            #expect(
                Array(bytes(probability, isBinary: true).suffix(8))
                    == littleEndian(spelled.bitPattern))
        }
    }
}

@Suite struct OpenInferenceMetadataTests {
    @Test func `every property of the schema is an input`() {
        var json = JSONWriter()
        OpenInferenceMetadata.append(
            Parcel.schema, modelName: "parcel", modelVersion: "7", to: &json)
        #expect(
            String(decoding: json.finish(), as: UTF8.self)
                == #"{"name":"parcel","versions":["7"],"platform":"churnd_gbdt","inputs":["#
                + #"{"name":"id","datatype":"BYTES","shape":[-1,1]},"#
                + #"{"name":"plan","datatype":"BYTES","shape":[-1,1]},"#
                + #"{"name":"count","datatype":"INT64","shape":[-1,1]},"#
                + #"{"name":"amount","datatype":"FP64","shape":[-1,1]}],"outputs":["#
                + #"{"name":"churn_probability","datatype":"FP64","shape":[-1,1]},"#
                + #"{"name":"churn_prediction","datatype":"BOOL","shape":[-1,1]},"#
                + #"{"name":"risk_level","datatype":"BYTES","shape":[-1,1]},"#
                + #"{"name":"customer_id","datatype":"BYTES","shape":[-1,1]}]}"#)
    }

    @Test func `the server names the extensions that it has`() {
        var json = JSONWriter()
        OpenInferenceMetadata.append(version: "1.2.3", to: &json)
        #expect(
            String(decoding: json.finish(), as: UTF8.self)
                == #"{"name":"churnd","version":"1.2.3","#
                + #""extensions":["binary_tensor_data","model_repository"]}"#)
    }

    @Test func `the repository has the model that is served`() {
        var json = JSONWriter()
        OpenInferenceMetadata.append(modelName: "m", modelVersion: "2", to: &json)
        #expect(
            String(decoding: json.finish(), as: UTF8.self)
                == #"[{"name":"m","version":"2","state":"READY","reason":""}]"#)
    }
}
