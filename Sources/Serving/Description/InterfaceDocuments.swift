internal import Bundle
internal import Bytes
internal import Configuration
internal import Features
internal import JSON
internal import JWT
internal import OpenAPI
internal import OpenSSL
internal import Reactor
internal import Telemetry

/// Content that clients may keep, as long as they ask whether it has changed.
struct KeptContent {
    let mediaType: StaticString
    let content: [UInt8]
    /// The value of ETag.
    let entityTag: [UInt8]
    /// Field lines, ETag among them.
    let fields: [UInt8]

    /// - Parameter fields: further field lines.
    init(
        _ content: [UInt8], as mediaType: StaticString, fields: StaticString = "",
        digest: InlineArray<32, UInt8>
    ) {
        self.mediaType = mediaType
        self.content = content
        var tag: [UInt8] = [UInt8(ascii: "\"")]
        tag.appendHexadecimal(digest.span.extracting(first: 16))
        tag.append(UInt8(ascii: "\""))
        entityTag = tag
        var lines = Array("ETag: ".utf8)
        lines.appendBytes(tag.span)
        lines.appendLiteral("\r\n")
        lines.appendLiteral(fields)
        self.fields = lines
    }

    /// Whether the value of If-None-Match names it (RFC 9110 §13.1.2).
    func isNamed(in condition: Span<UInt8>) -> Bool {
        var start = 0
        for end in 0...condition.count where end == condition.count || condition[end] == ASCII.comma
        {
            var element = condition.extracting(condition.trimmingBlanks(start..<end))
            start = end + 1
            if element.equals("*") { return true }
            if element.count > 2, element.extracting(first: 2).equals("W/") {
                element = element.extracting(droppingFirst: 2)
            }
            if element.equals(entityTag.span) { return true }
        }
        return false
    }
}

/// The description of a listener's interface as one worker last answered it, and the files of its
/// page.
final class InterfaceDocuments {
    private var generation: Int?
    private var description: KeptContent?
    private var files: [DocsFile: KeptContent] = [:]

    /// The description for the model that is active: made again when there is another, not for
    /// each request, as it takes 1.4 ms.
    func description(for call: Call, _ calls: Calls) -> KeptContent {
        if let description, generation == calls.model.generation { return description }
        let json = InterfaceDocuments.document(for: call, calls)
        let made = KeptContent(
            json, as: "application/json", digest: calls.digest.hash(json.span))
        description = made
        generation = calls.model.generation
        return made
    }

    func file(_ file: DocsFile, _ calls: Calls) -> KeptContent {
        if let known = files[file] { return known }
        let content = file.content
        let made = KeptContent(
            content, as: file.mediaType, fields: DocsFile.fields,
            digest: calls.digest.hash(content.span))
        files[file] = made
        return made
    }

    /// The same in every worker and at every time, as the document's ETag is.
    private static let sampleUnixMilliseconds: Int64 = 1_790_856_000_123

    private static func document(for call: Call, _ calls: Calls) -> [UInt8] {
        let rows = FailureSamples.all(bodyBytesMax: calls.rules.bodyBytesMax).map(\.row)
        let samples = Dictionary(rows.map { ($0.problem, $0) }) { first, _ in first }
        let always: [AnswerField] = call.trace == nil ? [.requestID] : [.requestID, .traceParent]
        let hasRoles = calls.verifier?.roles != nil
        return OpenAPIDocument(
            version: Release.version,
            model: calls.model.scorer.described(
                by: &calls.answers.writer, unixMilliseconds: sampleUnixMilliseconds),
            operations: calls.routes.all.flatMap {
                $0.described(
                    samples, always: always, hasRoles: hasRoles,
                    needsNoToken: calls.rules.platform.token(for: $0) != nil)
            }
        ).bytes()
    }
}

extension Scorer {
    /// The model, with an example of a record and of what is answered for it.
    fileprivate func described(
        by answers: inout PredictionWriter, unixMilliseconds: Int64
    ) -> OpenAPIDocument.Model {
        var record: [UInt8] = []
        var answer: [UInt8] = []
        if let example = bundle.schema.examples.first {
            var writer = JSONWriter()
            writer.value(example)
            record = writer.finish()
            var prediction = Prediction()
            var stages = StageTimes(start: 0)
            // An example that the schema takes can be scored; one that cannot has no answer.
            if (try? score(record.span, &stages, into: &prediction)) != nil {
                var json = JSONWriter()
                let (subject, requestID) = (Array("alice".utf8), Route.sampleRequestID)
                let modelName = modelName
                answers.append(
                    prediction, subject: subject.span, modelName: modelName.span,
                    requestID: requestID.span, unixMilliseconds: unixMilliseconds,
                    to: &json)
                answer = json.finish()
            }
        }
        return OpenAPIDocument.Model(
            fullName: String(decoding: modelName, as: UTF8.self), schema: bundle.schema,
            recordExample: record, predictionExample: answer)
    }
}
