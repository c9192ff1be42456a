internal import Bytes
internal import HTTP
internal import HTTPServer
internal import Models
internal import RecordFormats

/// `POST /v1/predict/batch`: many customers in one request, each with its own answer.
enum BatchRoute: RecordsHandler {
    static var takesPart: Bool { true }

    static func describe(_ call: Call, query: Span<UInt8>) throws(ServiceFailure) {
        try PredictRoute.describe(call, query: query)
    }

    static func describe(_ call: Call, _ request: borrowing Request) throws(ServiceFailure) {
        _ = try request.recordsForm(wanted: BatchForm.wanted)
        call.batchForm = BatchForm(accept: request.head.accept, in: request.headBytes)
    }

    static func records(
        _ call: Call, _ request: borrowing Request, rowsMax: Int
    ) throws(ServiceFailure) -> RecordTexts {
        let form = try request.recordsForm(wanted: BatchForm.wanted)
        let body = request.body
        do throws(RecordFormatError) {
            switch form {
            case .lines: return try JSONRecords.lines(body, rowsMax: rowsMax)
            case .array: return try JSONRecords.array(body, rowsMax: rowsMax)
            case .csv: return try CSVRecords(call.scorer.schema).read(body, rowsMax: rowsMax)
            }
        } catch {
            throw .recordFormat(error)
        }
    }

    static func answer(_ call: Call, _ calls: Calls) {
        guard let records = call.records else { preconditionFailure("it brought records") }
        calls.note(records, of: call)
        let content = BatchContent(records, of: call)
        calls.answer(call) { answers in
            answers.answer(call, contentType: content.form.contentType, from: content.appendPart)
        }
    }
}

extension Request {
    /// The form in which the records come; throws for any other type.
    ///
    /// - Parameter wanted: the types that an error names.
    func recordsForm(wanted: String) throws(ServiceFailure) -> BatchForm {
        guard head.contentTypeCount < 2, let range = head.contentType,
            let form = BatchForm(mediaType: headBytes.extracting(range))
        else { throw .unsupportedRecordsType(wanted: wanted) }
        return form
    }
}

/// The forms in which many records come, and in which they are answered.
enum BatchForm: Sendable {
    /// A JSON text in each line.
    case lines
    /// One JSON array.
    case array
    /// A table with a line of names.
    case csv

    static let wanted = "application/x-ndjson, application/json or text/csv"

    /// Nil for any other type.
    init?(mediaType: Span<UInt8>) {
        if MediaType.matches(mediaType, "application/json") {
            self = .array
        } else if MediaType.matches(mediaType, "application/x-ndjson")
            || MediaType.matches(mediaType, "application/jsonl")
            || MediaType.matches(mediaType, "application/jsonlines")
        {
            self = .lines
        } else if MediaType.matches(mediaType, "text/csv") {
            self = .csv
        } else {
            return nil
        }
    }

    /// The first that an Accept field names, whatever its weight; `lines` where it names none of
    /// them: an answer in another form is better than a refusal (RFC 9110 §12.4.1).
    init(accept: Range<Int>?, in headBytes: Span<UInt8>, or standard: BatchForm = .lines) {
        self = standard
        guard let accept else { return }
        var start = accept.lowerBound
        while start < accept.upperBound {
            var end = start
            while end < accept.upperBound, headBytes[end] != ASCII.comma { end += 1 }
            let element = headBytes.extracting(headBytes.trimmingBlanks(start..<end))
            if let form = BatchForm(mediaType: element) {
                self = form
                return
            }
            start = end + 1
        }
    }

    var contentType: StaticString {
        switch self {
        case .lines: "application/x-ndjson"
        case .array: "application/json"
        case .csv: "text/csv; charset=utf-8"
        }
    }
}
