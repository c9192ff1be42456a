internal import Bytes
internal import Features
internal import HTTP
internal import HTTPServer
internal import JSON
internal import Models
internal import Telemetry

/// The answers to the records of one request, made as the client takes them.
final class BatchContent {
    let form: BatchForm
    private let records: ScoredRecords
    private let subject: [UInt8]
    private let modelName: [UInt8]
    private let requestID: RequestID
    private let unixMilliseconds: Int64
    private let showsProbability: Bool
    private var writer = PredictionWriter()
    private var prediction = Prediction()
    private var next = 0

    init(_ records: ScoredRecords, of call: Call) {
        self.records = records
        form = call.batchForm
        subject = call.subject
        modelName = call.scorer.modelName
        requestID = call.requestID
        unixMilliseconds = call.unixMilliseconds
        showsProbability = call.showsProbability
    }

    /// A `ContentSource`.
    func appendPart(to output: inout [UInt8]) -> Bool {
        output.reserveCapacity(ServerLimits.partBytes + 1024)
        if next == 0 { begin(&output) }
        while next < records.count, output.count < ServerLimits.partBytes {
            append(records.results[next], to: &output)
            next += 1
        }
        if next < records.count { return true }
        if case .array = form { output.appendLiteral("]") }
        return false
    }

    private func begin(_ output: inout [UInt8]) {
        switch form {
        case .lines: break
        case .array: output.append(UInt8(ascii: "["))
        case .csv: CSVAnswer.appendHeader(to: &output, showsProbability: showsProbability)
        }
    }

    private func append(_ result: ScoredRecords.Result, to output: inout [UInt8]) {
        switch form {
        case .lines:
            appendJSON(result, to: &output)
            output.append(ASCII.lineFeed)
        case .array:
            if next > 0 { output.append(ASCII.comma) }
            appendJSON(result, to: &output)
        case .csv: appendCells(result, to: &output)
        }
    }

    private func appendJSON(_ result: ScoredRecords.Result, to output: inout [UInt8]) {
        let (subject, modelName, requestID) = (subject, modelName, requestID)
        var json = JSONWriter(appendingTo: output)
        output = []
        switch result {
        case .scored(let index):
            records.take(index, into: &prediction)
            writer.append(
                prediction, subject: subject.span, modelName: modelName.span,
                requestID: requestID.bytes, unixMilliseconds: unixMilliseconds,
                showsProbability: showsProbability, to: &json)
        case .failed(let failure): append(failure.row, to: &json)
        case .refused(let seconds):
            append(ServiceFailure.rateLimited(retrySeconds: seconds).row, to: &json)
        }
        output = json.finish()
    }

    private func append(_ row: FailureRow, to json: inout JSONWriter) {
        ErrorForm.problem.append(row, requestID: requestID.bytes, to: &json)
    }

    private func appendCells(_ result: ScoredRecords.Result, to output: inout [UInt8]) {
        switch result {
        case .scored(let index):
            records.take(index, into: &prediction)
            let subject = subject
            CSVAnswer.append(
                prediction, subject: subject.span, showsProbability: showsProbability, to: &output)
        case .failed(let failure):
            CSVAnswer.append(failure.row, showsProbability: showsProbability, to: &output)
        case .refused(let seconds):
            let row = ServiceFailure.rateLimited(retrySeconds: seconds).row
            CSVAnswer.append(row, showsProbability: showsProbability, to: &output)
        }
    }
}

/// Answers as lines of a table (RFC 4180).
enum CSVAnswer {
    /// The line of names.
    static func appendHeader(to output: inout [UInt8], showsProbability: Bool) {
        output.appendLiteral("customer_id,churn_prediction,")
        if showsProbability { output.appendLiteral("churn_probability,") }
        output.appendLiteral("risk_level,status,detail\r\n")
    }

    /// - Parameter subject: in place of an identifier that the record has not.
    static func append(
        _ prediction: Prediction, subject: Span<UInt8>, showsProbability: Bool,
        to output: inout [UInt8]
    ) {
        let identifier = prediction.customerID
        appendCell(identifier.isEmpty ? subject : identifier.span, to: &output)
        output.appendLiteral(prediction.isPositive ? ",true," : ",false,")
        if showsProbability {
            var json = JSONWriter(appendingTo: output)
            output = []
            json.probability(prediction.probability)
            output = json.finish()
            output.append(ASCII.comma)
        }
        output.append(contentsOf: prediction.risk.rawValue.utf8)
        output.appendLiteral(",200,\r\n")
    }

    static func append(_ row: FailureRow, showsProbability: Bool, to output: inout [UInt8]) {
        output.appendLiteral(showsProbability ? ",,,," : ",,,")
        output.appendDecimal(Int(row.problem.status))
        output.append(ASCII.comma)
        var detail = row.detail
        for violation in row.violations { detail += "; \(violation.field) \(violation.detail)" }
        let text = Array(detail.utf8)
        appendCell(text.span, to: &output)
        output.appendLiteral("\r\n")
    }

    /// A cell, with quotes where it needs them.
    private static func appendCell(_ bytes: Span<UInt8>, to output: inout [UInt8]) {
        var needsQuotes = false
        for index in bytes.indices where isSpecial(bytes[index]) { needsQuotes = true }
        guard needsQuotes else { return output.appendBytes(bytes) }
        output.append(UInt8(ascii: "\""))
        for index in bytes.indices {
            if bytes[index] == UInt8(ascii: "\"") { output.append(UInt8(ascii: "\"")) }
            output.append(bytes[index])
        }
        output.append(UInt8(ascii: "\""))
    }

    private static func isSpecial(_ byte: UInt8) -> Bool {
        switch byte {
        case ASCII.comma, UInt8(ascii: "\""), ASCII.lineFeed, ASCII.carriageReturn: true
        case _: false
        }
    }
}
