internal import Bytes
internal import Features
package import JSON

/// The form in which the routes of one family answer failures.
package enum ErrorForm: Sendable {
    /// RFC 9457.
    case problem
    /// Of the Open Inference Protocol, whose clients read one text.
    case openInference

    package var contentType: StaticString {
        switch self {
        case .problem: "application/problem+json"
        // KServe's client reads the text of no other type.
        case .openInference: "application/json"
        }
    }

    /// Writes the content.
    package func append(
        _ row: FailureRow, requestID: Span<UInt8>, to writer: inout JSONWriter
    ) {
        switch self {
        case .problem: row.appendProblem(requestID: requestID, to: &writer)
        case .openInference: row.appendText(requestID: requestID, to: &writer)
        }
    }
}

extension FailureRow {
    /// All that is wrong in one text.
    fileprivate var text: String {
        violations.isEmpty
            ? detail
            : detail + ": "
                + violations.map { "\($0.field) \($0.detail)" }.joined(separator: "; ")
    }

    fileprivate func appendText(requestID: Span<UInt8>, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("error")
        writer.string(text)
        writer.name("request_id")
        writer.string(requestID)
        writer.endObject()
    }
}

extension FailureRow {
    fileprivate func appendProblem(requestID: Span<UInt8>, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("type")
        writer.string(problem.uri)
        writer.name("title")
        writer.string(problem.title)
        writer.name("status")
        writer.number(Int(problem.status))
        writer.name("detail")
        writer.string(detail)
        writer.name("request_id")
        writer.string(requestID)
        if !violations.isEmpty {
            writer.name("errors")
            writer.beginArray()
            for violation in violations { violation.append(to: &writer) }
            writer.endArray()
        }
        writer.endObject()
    }
}

/// The content of a failure in which nothing is the request's own but its id: writing one again
/// copies some bytes, where making it takes half a microsecond.
struct FailureDocument {
    let form: ErrorForm
    let detail: String
    /// All but the id and what ends the document.
    private let beginning: [UInt8]
    private static let end = Array("\"}".utf8)

    /// Of a row that lists nothing that is wrong with a record: its last member is the id.
    init(of row: FailureRow, as form: ErrorForm) {
        self.form = form
        detail = row.detail
        var json = JSONWriter()
        let noID: [UInt8] = []
        form.append(row, requestID: noID.span, to: &json)
        beginning = json.finish().dropLast(FailureDocument.end.count)
    }

    /// - Parameter requestID: only bytes that JSON takes as they are, as every request id has.
    func append(requestID: Span<UInt8>, to content: inout [UInt8]) {
        content.append(contentsOf: beginning)
        content.appendBytes(requestID)
        content.append(contentsOf: FailureDocument.end)
    }
}

extension Violation {
    fileprivate func append(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("field")
        writer.string(field)
        writer.name("pointer")
        writer.string(pointer)
        writer.name("code")
        writer.string(code.rawValue)
        writer.name("detail")
        writer.string(detail)
        writer.endObject()
    }
}
