internal import Access
internal import Bytes
internal import HTTP
internal import HTTPServer
internal import JSON
internal import JWT
internal import POSIX
package import Reactor
package import Telemetry

/// Writes the answers of one worker, and notes each in the log and in the metrics.
package final class Answers {
    private let loop: Loop
    private let log: RequestLog
    private let counts: WorkerCounts
    private let quota: QuotaFields
    var writer = PredictionWriter()
    private var date: HTTPDate
    // Kept from answer to answer for their memory.
    private var fields: [UInt8] = []
    private var content: [UInt8] = []
    /// The latest document of each type of problem, for answers of which there may be floods.
    private var documents: [ProblemType: FailureDocument] = [:]

    package init(loop: Loop, log: RequestLog, counts: WorkerCounts, quota: QuotaFields) {
        self.loop = loop
        self.log = log
        self.counts = counts
        self.quota = quota
        date = HTTPDate(unixSeconds: loop.unixMilliseconds / 1000)
    }

    /// Answers with a JSON document.
    ///
    /// - Parameter decision: of a call that has a quota, for the fields that report it.
    func answer(
        _ call: Call, decision: AdmissionDecision = .uncharged, _ body: (inout JSONWriter) -> Void
    ) {
        fields.removeAll(keepingCapacity: true)
        appendQuota(of: call, decision)
        content.removeAll(keepingCapacity: true)
        var json = JSONWriter(appendingTo: content)
        content = []
        body(&json)
        content = json.finish()
        send(call, status: 200, contentType: "application/json", problem: nil)
    }

    /// Answers with content that exists already.
    func answer(
        _ call: Call, status: UInt16, contentType: StaticString, fields: StaticString = "",
        content: [UInt8]
    ) {
        self.fields.removeAll(keepingCapacity: true)
        self.fields.appendLiteral(fields)
        self.content = content
        send(call, status: status, contentType: contentType, problem: nil)
    }

    /// Answers with predictions in content that exists already.
    ///
    /// - Parameter appendFields: appends the fields that belong to it, each with its CRLF.
    func answerRecords(
        _ call: Call, contentType: StaticString, content: [UInt8],
        appendFields: (inout [UInt8]) -> Void
    ) {
        fields.removeAll(keepingCapacity: true)
        appendQuota(of: call, call.decision)
        appendFields(&fields)
        self.content = content
        send(call, status: 200, contentType: contentType, problem: nil)
    }

    /// Answers with content that `source` makes as the client takes it.
    func answer(_ call: Call, contentType: StaticString, from source: @escaping ContentSource) {
        fields.removeAll(keepingCapacity: true)
        appendQuota(of: call, call.decision)
        appendTrace(of: call)
        let fields = fields
        date.update(unixSeconds: loop.unixMilliseconds / 1000)
        call.server.answer(call.exchange, from: source) { output, context in
            ResponseEncoder.appendHead(
                ResponseHead(
                    status: 200, contentType: contentType, connection: context.connection,
                    answersHEAD: false),
                isChunked: context.isChunked, date: date, requestID: call.requestID.bytes,
                fields: fields.span, to: &output)
        }
        note(call, status: 200, problem: nil)
    }

    private func appendQuota(of call: Call, _ decision: AdmissionDecision) {
        switch decision {
        case .admitted(let left, let resetSeconds):
            quota.append(
                limit: call.quotaLimit, left: left, resetSeconds: resetSeconds, to: &fields)
        case .partly(_, let seconds):
            quota.append(limit: call.quotaLimit, left: 0, resetSeconds: seconds, to: &fields)
        case .uncharged, .revoked, .refused, .beyondLimit, .unavailable: break
        }
    }

    private func appendTrace(of call: Call) {
        guard let trace = call.trace else { return }
        fields.appendLiteral("traceparent: ")
        fields.appendBytes(trace.bytes)
        fields.appendLiteral("\r\n")
    }

    /// Answers with a problem.
    func fail(_ call: Call, _ failure: ServiceFailure, _ row: FailureRow) {
        let form = call.route?.errors ?? call.errors
        fields.removeAll(keepingCapacity: true)
        if case .rateLimited(let retrySeconds) = failure {
            quota.append(
                limit: call.quotaLimit, left: 0, resetSeconds: retrySeconds, to: &fields)
        }
        fields.append(contentsOf: row.fields.utf8)
        content.removeAll(keepingCapacity: true)
        if let document = document(of: row, as: form) {
            document.append(requestID: call.requestID.bytes, to: &content)
        } else {
            var json = JSONWriter(appendingTo: content)
            content = []
            form.append(row, requestID: call.requestID.bytes, to: &json)
            content = json.finish()
        }
        send(
            call, status: row.problem.status, contentType: form.contentType,
            problem: RequestOutcome.LoggedProblem(
                type: row.problem.rawValue, reason: row.reason ?? row.detail))
    }

    /// Notes that requests of a call's address are refused from now on.
    func noteRefusedAddress(of call: Call) {
        log.add(
            .addressRefused, peer: call.peer, proxy: call.proxy,
            unixMilliseconds: loop.unixMilliseconds, now: loop.now)
    }

    /// Notes that TLS was not agreed on with a client.
    func noteFailedHandshake(_ peer: PeerAddress, _ result: HandshakeResult) {
        log.add(
            .handshakeFailed(reason: result.label), peer: peer,
            unixMilliseconds: loop.unixMilliseconds, now: loop.now)
    }

    private func document(of row: FailureRow, as form: ErrorForm) -> FailureDocument? {
        guard row.violations.isEmpty else { return nil }
        if let known = documents[row.problem], known.detail == row.detail, known.form == form {
            return known
        }
        let made = FailureDocument(of: row, as: form)
        documents[row.problem] = made
        return made
    }

    private func send(
        _ call: Call, status: UInt16, contentType: StaticString,
        problem: RequestOutcome.LoggedProblem?
    ) {
        appendTrace(of: call)
        date.update(unixSeconds: loop.unixMilliseconds / 1000)
        // Second references: the closure cannot lend what belongs to this object.
        let (fields, content) = (fields, content)
        call.server.answer(call.exchange) { output, context in
            ResponseEncoder.append(
                ResponseHead(
                    status: status, contentType: contentType, connection: context.connection,
                    answersHEAD: context.answersHEAD),
                date: date, requestID: call.requestID.bytes, fields: fields.span,
                body: content.span, to: &output)
        }
        note(call, status: status, problem: problem)
    }

    private func note(_ call: Call, status: UInt16, problem: RequestOutcome.LoggedProblem?) {
        let now = Clock.monotonicNanoseconds()
        let outcome = RequestOutcome(
            method: call.method, route: call.route?.label, status: status,
            nanoseconds: now - call.receivedAt, trace: call.trace, peer: call.peer,
            proxy: call.origin?.proxy, clientName: call.clientName, problem: problem)
        counts.requestAnswered(outcome)
        log.add(
            outcome, requestID: call.requestID.bytes, subject: call.token?.subject,
            subjectMAC: call.token?.subjectNames?.log, stages: call.stages,
            unixMilliseconds: loop.unixMilliseconds, now: now)
    }
}
