internal import Bytes
internal import Configuration
internal import HTTP
internal import HTTPServer
internal import JSON
internal import Models
internal import Reactor
internal import RecordFormats
internal import Telemetry

// The scoring servers of MLflow and of the platforms of clouds: `Docs/protocols`.

/// `POST /invocations`: MLflow's scoring server, and SageMaker's container.
enum InvocationsRoute: RecordsHandler {
    private static let wantedTypes = "application/json, application/jsonlines or text/csv"

    static func describe(_ call: Call, _ request: borrowing Request) throws(ServiceFailure) {
        _ = try request.recordsForm(wanted: wantedTypes)
        call.batchForm = BatchForm(accept: request.head.accept, in: request.headBytes, or: .array)
    }

    static func records(
        _ call: Call, _ request: borrowing Request, rowsMax: Int
    ) throws(ServiceFailure) -> RecordTexts {
        let form = try request.recordsForm(wanted: wantedTypes)
        let body = request.body
        do throws(RecordFormatError) {
            switch form {
            case .array: return try Dataframe.mlflow.read(body, rowsMax: rowsMax)
            case .lines: return try JSONRecords.lines(body, rowsMax: rowsMax)
            case .csv:
                return try CSVRecords(call.scorer.schema).read(
                    body, mayLackNames: true, rowsMax: rowsMax)
            }
        } catch {
            throw .recordFormat(error)
        }
    }

    static func answer(_ call: Call, _ calls: Calls) {
        switch call.batchForm {
        case .array: PredictionsAnswer.answer(call, calls, namesModel: true)
        case .lines: PredictionsAnswer.answerLines(call, calls)
        case .csv: PredictionsAnswer.answerTable(call, calls)
        }
    }
}

/// `POST` at the path that Vertex AI has chosen: `instances` in, `predictions` out.
enum VertexRoute: RecordsHandler {
    static func describe(_ call: Call, _ request: borrowing Request) throws(ServiceFailure) {
        try request.checkIsJSON()
    }

    static func records(
        _ call: Call, _ request: borrowing Request, rowsMax: Int
    ) throws(ServiceFailure) -> RecordTexts {
        do throws(RecordFormatError) {
            return try Dataframe.vertex.read(request.body, rowsMax: rowsMax)
        } catch {
            throw .recordFormat(error)
        }
    }

    static func answer(_ call: Call, _ calls: Calls) {
        PredictionsAnswer.answer(call, calls, namesModel: false)
    }
}

/// `POST /score`: Azure ML's online endpoints.
enum AzureRoute: RecordsHandler {
    private static let nameField: StaticString = "x-ms-client-request-id"
    private static let nameBytesMax = 128

    static func describe(_ call: Call, _ request: borrowing Request) throws(ServiceFailure) {
        try request.checkIsJSON()
        guard let field = request.headBytes.headField(nameField), field.count == 1,
            field.value.count <= nameBytesMax
        else { return }
        call.clientRequestName = Array(copying: request.headBytes.extracting(field.value))
    }

    static func records(
        _ call: Call, _ request: borrowing Request, rowsMax: Int
    ) throws(ServiceFailure) -> RecordTexts {
        do throws(RecordFormatError) {
            return try Dataframe.azure.read(request.body, rowsMax: rowsMax)
        } catch {
            throw .recordFormat(error)
        }
    }

    static func answer(_ call: Call, _ calls: Calls) {
        PredictionsAnswer.answer(call, calls, namesModel: true)
    }
}

/// `GET /ping`: whether requests should be sent here, as MLflow, SageMaker and Vertex AI ask.
enum PingRoute: RouteHandler {
    static func answer(_ call: Call, _ calls: Calls) { calls.answerHealth(call, "\n") }
}

/// `GET /`: the same as Azure ML asks.
enum AzureRootRoute: RouteHandler {
    static func answer(_ call: Call, _ calls: Calls) { calls.answerHealth(call, "Healthy") }
}

/// `GET /version`: churnd's, where MLflow's server has its own.
enum VersionRoute: RouteHandler {
    static func answer(_ call: Call, _ calls: Calls) {
        calls.answer(call) {
            $0.answer(
                call, status: 200, contentType: "application/json",
                content: Array(Release.version.utf8))
        }
    }
}

extension Calls {
    /// Answers with a text, or with 503 where requests should not be sent here.
    fileprivate func answerHealth(_ call: Call, _ text: StaticString) {
        let isReady = readiness.passes
        var content: [UInt8] = []
        content.appendLiteral(isReady ? text : "not ready\n")
        answer(call) {
            $0.answer(
                call, status: isReady ? 200 : 503, contentType: "text/plain; charset=utf-8",
                fields: isReady ? "" : "Retry-After: 1\r\n", content: content)
        }
    }
}

extension Request {
    /// Where a type is named it is JSON.
    fileprivate func checkIsJSON() throws(ServiceFailure) {
        if head.contentTypeCount > 1 { throw .unsupportedContentType }
        if let range = head.contentType, !MediaType.isJSON(headBytes.extracting(range)) {
            throw .unsupportedContentType
        }
    }
}

/// Predictions in the forms of these servers.
private enum PredictionsAnswer {
    /// Under `predictions`, in one object.
    static func answer(_ call: Call, _ calls: Calls, namesModel: Bool) {
        var json = JSONWriter()
        json.beginObject()
        json.name("predictions")
        json.beginArray()
        forEach(call, calls) { append($0, of: call, to: &json) }
        json.endArray()
        if namesModel {
            let modelName = call.scorer.modelName
            json.name("model_version")
            json.string(modelName.span)
        }
        json.endObject()
        send(json.finish(), "application/json", call, calls)
    }

    /// One in each line.
    static func answerLines(_ call: Call, _ calls: Calls) {
        var content: [UInt8] = []
        forEach(call, calls) { prediction in
            var json = JSONWriter(appendingTo: content)
            content = []
            append(prediction, of: call, to: &json)
            content = json.finish()
            content.append(ASCII.lineFeed)
        }
        send(content, "application/jsonlines", call, calls)
    }

    /// Lines of probability and level, or of the level alone; without names, as SageMaker does.
    static func answerTable(_ call: Call, _ calls: Calls) {
        var content: [UInt8] = []
        forEach(call, calls) { prediction in
            if call.showsProbability {
                var json = JSONWriter(appendingTo: content)
                content = []
                json.probability(prediction.probability)
                content = json.finish()
                content.append(ASCII.comma)
            }
            content.append(contentsOf: prediction.risk.rawValue.utf8)
            content.append(ASCII.lineFeed)
        }
        send(content, "text/csv; charset=utf-8", call, calls)
    }

    private static func forEach(_ call: Call, _ calls: Calls, _ body: (Prediction) -> Void) {
        guard let records = call.records else { preconditionFailure("it brought records") }
        calls.note(records, of: call)
        for index in 0..<records.scoredCount {
            records.take(index, into: &calls.scratch)
            body(calls.scratch)
        }
    }

    private static func append(
        _ prediction: Prediction, of call: Call, to json: inout JSONWriter
    ) {
        json.beginObject()
        if !prediction.customerID.isEmpty {
            let identifier = prediction.customerID
            json.name("customer_id")
            json.string(identifier.span)
        }
        json.name("churn_prediction")
        json.bool(prediction.isPositive)
        if call.showsProbability {
            json.name("churn_probability")
            json.probability(prediction.probability)
        }
        json.name("risk_level")
        json.string(prediction.risk.rawValue)
        json.endObject()
    }

    private static func send(
        _ content: [UInt8], _ contentType: StaticString, _ call: Call, _ calls: Calls
    ) {
        calls.answer(call) { answers in
            answers.answerRecords(call, contentType: contentType, content: content) { fields in
                guard let name = call.clientRequestName else { return }
                fields.appendLiteral("x-ms-client-request-id: ")
                fields.append(contentsOf: name)
                fields.appendLiteral("\r\n")
            }
        }
    }
}
