internal import Bytes
internal import HTTP
internal import HTTPServer
internal import JSON
internal import POSIX
internal import Reactor
internal import Telemetry

/// Writes the answers of one worker, and notes each in the log and in the metrics.
final class Responder {
    private let loop: Loop
    private let log: RequestLog
    private let metrics: ReactorMetrics
    private var date: HTTPDate
    // Kept from answer to answer for their memory.
    private var fields: [UInt8] = []
    private var content: [UInt8] = []
    /// The latest document of each type of problem, for answers of which there may be floods.
    private var documents: [ProblemType: ProblemDocument] = [:]

    init(loop: Loop, log: RequestLog, metrics: ReactorMetrics) {
        self.loop = loop
        self.log = log
        self.metrics = metrics
        date = HTTPDate(unixSeconds: loop.unixMilliseconds / 1000)
    }

    /// Answers with a JSON document.
    ///
    /// - Parameter appendFields: appends field lines beside those that every answer has.
    func answer(
        _ reply: Reply, status: UInt16 = 200, contentType: StaticString = "application/json",
        appendFields: (inout [UInt8]) -> Void = { _ in }, _ body: (inout JSONWriter) -> Void
    ) {
        fields.removeAll(keepingCapacity: true)
        appendFields(&fields)
        content.removeAll(keepingCapacity: true)
        var json = JSONWriter(appendingTo: content)
        content = []
        body(&json)
        content = json.finish()
        send(reply, status: status, contentType: contentType)
    }

    /// Answers with content that is there already.
    func answer(
        _ reply: Reply, status: UInt16, contentType: StaticString, fields: StaticString = "",
        content: [UInt8]
    ) {
        self.fields.removeAll(keepingCapacity: true)
        self.fields.appendLiteral(fields)
        self.content = content
        send(reply, status: status, contentType: contentType)
    }

    /// Answers with a problem.
    func fail(
        _ reply: Reply, _ failure: ServiceFailure,
        appendFields: (inout [UInt8]) -> Void = { _ in }
    ) {
        let problem = Problem(failure)
        fields.removeAll(keepingCapacity: true)
        appendFields(&fields)
        fields.append(contentsOf: problem.fields.utf8)
        content.removeAll(keepingCapacity: true)
        if let document = document(of: problem) {
            document.append(requestID: reply.requestID.bytes, to: &content)
        } else {
            var json = JSONWriter(appendingTo: content)
            content = []
            problem.append(requestID: reply.requestID.bytes, to: &json)
            content = json.finish()
        }
        send(
            reply, status: problem.type.status, contentType: "application/problem+json",
            problem: RequestOutcome.LoggedProblem(
                type: problem.type.rawValue, reason: failure.reason ?? problem.detail))
    }

    private func document(of problem: Problem) -> ProblemDocument? {
        if let known = documents[problem.type], known.detail == problem.detail,
            problem.violations.isEmpty
        {
            return known
        }
        let made = ProblemDocument(of: problem)
        documents[problem.type] = made
        return made
    }

    private func send(
        _ reply: Reply, status: UInt16, contentType: StaticString,
        problem: RequestOutcome.LoggedProblem? = nil
    ) {
        if let trace = reply.trace {
            fields.appendLiteral("traceparent: ")
            fields.appendBytes(trace.bytes)
            fields.appendLiteral("\r\n")
        }
        date.update(unixSeconds: loop.unixMilliseconds / 1000)
        // Second references: the closure cannot lend what belongs to the responder.
        let (requestID, fields, content) = (reply.requestID, fields, content)
        reply.server.answer(reply.exchange) { output, context in
            ResponseEncoder.append(
                ResponseHead(
                    status: status, contentType: contentType, connection: context.connection,
                    answersHEAD: context.answersHEAD),
                date: date, requestID: requestID.bytes, fields: fields.span,
                body: content.span, to: &output)
        }
        let now = Clock.monotonicNanoseconds()
        let outcome = RequestOutcome(
            method: reply.method, route: reply.route?.label, status: status,
            nanoseconds: now - reply.receivedAt, trace: reply.trace, peer: reply.peer,
            problem: problem)
        metrics.requestAnswered(outcome)
        log.add(
            outcome, requestID: reply.requestID.bytes, subject: reply.subject, stages: reply.stages,
            unixMilliseconds: loop.unixMilliseconds, now: now)
    }
}
