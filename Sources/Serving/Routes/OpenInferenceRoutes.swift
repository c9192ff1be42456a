internal import Bytes
internal import Configuration
internal import HTTP
internal import HTTPServer
internal import Identity
internal import JSON
internal import Models
internal import RecordFormats
internal import Telemetry

// The Open Inference Protocol v2 over REST: `Docs/protocols/open-inference.md`.

/// `POST /v2/models/{model}/infer`: predictions for the rows of tensors, all or none.
enum InferenceRoute: RecordsHandler {
    private static let wantedTypes = "application/json or application/octet-stream"
    private static let headerBytesField: StaticString = "inference-header-content-length"

    static func describe(_ call: Call, _ request: borrowing Request) throws(ServiceFailure) {
        let head = request.head
        guard head.contentTypeCount < 2 else {
            throw .unsupportedRecordsType(wanted: wantedTypes)
        }
        // Triton's client sends none.
        guard let range = head.contentType else { return }
        let type = request.headBytes.extracting(range)
        guard
            MediaType.matches(type, "application/json")
                || MediaType.matches(type, "application/octet-stream")
        else { throw .unsupportedRecordsType(wanted: wantedTypes) }
    }

    static func records(
        _ call: Call, _ request: borrowing Request, rowsMax: Int
    ) throws(ServiceFailure) -> RecordTexts {
        try call.checkModel(of: request)
        let read: OpenInferenceRequest
        do throws(RecordFormatError) {
            read = try call.scorer.inferences.read(
                request.body, headerBytes: try headerBytes(of: request), rowsMax: rowsMax)
        } catch {
            throw .recordFormat(error)
        }
        var outputs = read.outputs
        if !call.showsProbability {
            if read.namesOutputs, let token = call.token,
                outputs.contains(where: { $0.output == .probability })
            {
                throw .insufficientScope(token, required: "\(Scope.predict.name)")
            }
            outputs.removeAll { $0.output == .probability }
        }
        let (name, version) = call.scorer.model
        call.inference = OpenInferenceAnswer(
            modelName: name, modelVersion: version, id: read.id, outputs: outputs)
        return read.texts
    }

    private static func headerBytes(
        of request: borrowing Request
    ) throws(RecordFormatError) -> Int? {
        guard let field = request.headBytes.headField(headerBytesField) else { return nil }
        guard field.count == 1 else {
            throw .malformed(
                detail: "Inference-Header-Content-Length is there \(field.count) times, "
                    + "expected once")
        }
        return try OpenInferenceReader.headerBytes(request.headBytes.extracting(field.value))
    }

    static func answer(_ call: Call, _ calls: Calls) {
        guard let records = call.records, let inference = call.inference else {
            preconditionFailure("it brought records")
        }
        calls.note(records, of: call)
        var results: [OpenInferenceResult] = []
        results.reserveCapacity(records.count)
        for case .scored(let index) in records.results {
            records.take(index, into: &calls.scratch)
            let prediction = calls.scratch
            results.append(
                OpenInferenceResult(
                    probability: prediction.probability, isPositive: prediction.isPositive,
                    risk: prediction.risk.rawValue,
                    customerID: prediction.customerID.isEmpty
                        ? call.subject : prediction.customerID))
        }
        var content: [UInt8] = []
        let headerBytes = inference.append(results, to: &content)
        calls.answer(call) { answers in
            answers.answerRecords(
                call,
                contentType: headerBytes == nil ? "application/json" : "application/octet-stream",
                content: content
            ) { fields in
                guard let headerBytes else { return }
                fields.appendLiteral("Inference-Header-Content-Length: ")
                fields.appendDecimal(headerBytes)
                fields.appendLiteral("\r\n")
            }
        }
    }
}

/// `GET /v2`: what the server is.
enum InferenceServerRoute: RouteHandler {
    static func answer(_ call: Call, _ calls: Calls) {
        calls.answer(call) {
            $0.answer(call) { OpenInferenceMetadata.append(version: Release.version, to: &$0) }
        }
    }
}

/// `GET /v2/models/{model}`: the model's inputs and outputs.
enum InferenceModelRoute: RouteHandler {
    static func prepare(
        _ call: Call, _ request: borrowing Request, _ calls: Calls
    ) throws(ServiceFailure) {
        try call.checkModel(of: request)
    }

    static func answer(_ call: Call, _ calls: Calls) {
        let scorer = call.scorer
        let (name, version) = scorer.model
        calls.answer(call) {
            $0.answer(call) {
                OpenInferenceMetadata.append(
                    scorer.schema, modelName: name, modelVersion: version, to: &$0)
            }
        }
    }
}

/// `GET /v2/models/{model}/ready`: whether this is the active model, which is always loaded.
enum InferenceModelReadinessRoute: RouteHandler {
    static func prepare(
        _ call: Call, _ request: borrowing Request, _ calls: Calls
    ) throws(ServiceFailure) {
        try call.checkModel(of: request)
    }

    static func answer(_ call: Call, _ calls: Calls) {
        let name = call.scorer.model.name
        calls.answer(call) {
            $0.answer(call) { json in
                json.beginObject()
                json.name("name")
                json.string(name)
                json.name("ready")
                json.bool(true)
                json.endObject()
            }
        }
    }
}

/// `POST /v2/repository/index`: the models that there are.
enum InferenceRepositoryRoute: RouteHandler {
    static func answer(_ call: Call, _ calls: Calls) {
        let (name, version) = call.scorer.model
        calls.answer(call) {
            $0.answer(call) {
                OpenInferenceMetadata.append(modelName: name, modelVersion: version, to: &$0)
            }
        }
    }
}

/// `GET /v2/health/live`: that an answer is made at all is the answer.
enum InferenceLivenessRoute: RouteHandler {
    static func answer(_ call: Call, _ calls: Calls) {
        calls.answer(call) {
            $0.answer(
                call, status: 200, contentType: "application/json",
                content: Array("{\"live\":true}".utf8))
        }
    }
}

/// `GET /v2/health/ready`: whether requests should be sent here, as `/readyz` says it.
enum InferenceReadinessRoute: RouteHandler {
    static func answer(_ call: Call, _ calls: Calls) {
        let isReady = calls.readiness.passes
        calls.answer(call) {
            $0.answer(
                call, status: isReady ? 200 : 503, contentType: "application/json",
                fields: isReady ? "" : "Retry-After: 1\r\n",
                content: Array("{\"live\":true,\"ready\":\(isReady)}".utf8))
        }
    }
}

extension Call {
    /// Throws where the path names another model than the active one, or another version.
    fileprivate func checkModel(of request: borrowing Request) throws(ServiceFailure) {
        guard let route else { preconditionFailure("it was identified") }
        let (name, version) = scorer.model
        let path = request.headBytes.extracting(request.head.path)
        guard
            path.hasSegment("model", of: route.path, name, isOptional: false),
            path.hasSegment("version", of: route.path, version, isOptional: true)
        else { throw .unknownModel(active: "\(name), version \(version)") }
    }
}

extension Span<UInt8> {
    /// Whether a path has this text where its pattern has a name in braces.
    fileprivate func hasSegment(
        _ name: StaticString, of pattern: StaticString, _ text: String, isOptional: Bool
    ) -> Bool {
        guard let segment = PathPattern.segment(name, of: pattern, in: self) else {
            return isOptional
        }
        let wanted = Array(text.utf8)
        return extracting(segment).equals(wanted.span)
    }
}
