internal import Bytes
internal import HTTP
internal import JSON
package import OpenSSL
package import POSIX

/// The request lines of one reactor, handed to the sink once a turn.
///
/// They are written straight into bytes and not through swift-log's metadata, which would need a
/// dictionary and a string for each member of each line.
package final class RequestLog {
    /// Lines of a turn that are handed over before its end.
    package static let bytesMax = 1 << 18
    /// How much of a subject's hash is logged: enough to distinguish millions of subjects.
    private static let hashBytes = 8

    private let sink: LogSink
    private var lines: [UInt8] = []
    private var lineCount = 0
    /// Those of requests that were refused, which have a share of the sink's memory to themselves.
    private var refusedLines: [UInt8] = []
    private var refusedLineCount = 0
    /// Nil: the line of each is written.
    private var refused: RefusedRequests?
    private var isEnding = false
    private var timestamp = TimestampText()
    private var hash: HMACSHA256

    /// Which requests are logged.
    package struct Rules: Sendable {
        let logsAll: Bool
        /// From how many nanoseconds on a request is slow; nil: none is.
        let slowNanoseconds: Int64?
        /// Lines of refused strangers; nil: all of them.
        let refusedPerSecond: Int?

        package init(
            logsAll: Bool, slowNanoseconds: Int64? = nil, refusedPerSecond: Int? = nil
        ) {
            self.logsAll = logsAll
            self.slowNanoseconds = slowNanoseconds
            self.refusedPerSecond = refusedPerSecond
        }
    }

    private let rules: Rules
    private var slow: [SlowRequest] = []
    private var notices = ConnectionNotices()

    /// - Parameter salt: a secret of the process, so that subjects can be distinguished in a log
    ///   but not found by trying names.
    package init(sink: LogSink, salt: Span<UInt8>, rules: Rules) {
        self.sink = sink
        self.rules = rules
        refused = rules.refusedPerSecond.map(RefusedRequests.init)
        hash = HMACSHA256(key: salt)
    }

    /// Notes an answered request.
    ///
    /// - Parameters:
    ///   - subject: of the request's token, where it had a good one.
    ///   - subjectMAC: where the hash that names the subject is kept, if it is.
    ///   - now: of the monotonic clock.
    package func add(
        _ outcome: RequestOutcome, requestID: Span<UInt8>, subject: [UInt8]?,
        subjectMAC: KeptMAC? = nil, stages: StageTimes? = nil, unixMilliseconds: Int64,
        now: Int64 = Clock.monotonicNanoseconds()
    ) {
        let verdict = refused?.judge(
            outcome, subject: subject, unixMilliseconds: unixMilliseconds, now: now)
        if verdict == .counted { return }
        if let slowNanoseconds = rules.slowNanoseconds, let stages,
            outcome.nanoseconds >= slowNanoseconds
        {
            slow.append(
                SlowRequest(
                    outcome: outcome, requestID: RequestID(requestID), stages: stages,
                    answeredAt: Clock.monotonicNanoseconds(), unixMilliseconds: unixMilliseconds))
        }
        guard rules.logsAll else { return }
        if verdict == .refused {
            // The line is made in the other lines' place: an exchange costs no copy.
            swap(&lines, &refusedLines)
            appendLine(outcome, requestID, subject, subjectMAC, unixMilliseconds)
            swap(&lines, &refusedLines)
            refusedLineCount += 1
        } else {
            appendLine(outcome, requestID, subject, subjectMAC, unixMilliseconds)
            lineCount += 1
        }
        if lines.count + refusedLines.count >= RequestLog.bytesMax { handOver() }
    }

    /// Notes something about a peer that is no answered request. Has the rate of refused requests.
    ///
    /// - Parameter proxy: no address without one.
    package func add(
        _ notice: ConnectionNotice, peer: PeerAddress, proxy: PeerAddress = PeerAddress(),
        unixMilliseconds: Int64, now: Int64
    ) {
        guard rules.logsAll,
            notices.append(
                notice, peer: peer, proxy: proxy, linesPerSecond: rules.refusedPerSecond,
                unixMilliseconds: unixMilliseconds, now: now, to: &refusedLines)
        else { return }
        refusedLineCount += 1
        if lines.count + refusedLines.count >= RequestLog.bytesMax { handOver() }
    }

    private func appendLine(
        _ outcome: RequestOutcome, _ requestID: Span<UInt8>, _ subject: [UInt8]?,
        _ subjectMAC: KeptMAC?, _ unixMilliseconds: Int64
    ) {
        let time = timestamp.bytes(unixMilliseconds: unixMilliseconds)
        lines.appendLiteral("{\"time\":\"")
        lines.appendBytes(time.span)
        lines.appendLiteral("\",\"level\":\"info\",\"message\":\"request\",\"request_id\":\"")
        // A request id has only bytes that JSON takes as they are.
        lines.appendBytes(requestID)
        if let trace = outcome.trace {
            lines.appendLiteral("\",\"trace_id\":\"")
            lines.appendBytes(trace.traceID)
            lines.appendLiteral("\",\"span_id\":\"")
            lines.appendBytes(trace.spanID)
        }
        let peer = outcome.peer
        if !peer.bytes.isEmpty {
            lines.appendLiteral("\",\"peer\":\"")
            lines.appendBytes(peer.bytes)
        }
        if let proxy = outcome.proxy {
            lines.appendLiteral("\",\"proxy\":\"")
            lines.appendBytes(proxy.bytes)
        }
        if let client = outcome.clientName {
            let (name, fingerprint) = (client.commonName, client.fingerprint)
            lines.appendLiteral("\",\"client\":")
            appendString(name.span)
            lines.appendLiteral(",\"client_sha256\":\"")
            lines.appendHexadecimal(fingerprint.span)
        }
        lines.appendLiteral("\",\"method\":\"")
        lines.appendLiteral(RequestLog.name(of: outcome.method))
        lines.appendLiteral("\"")
        outcome.appendAnswer(to: &lines)
        if let subject {
            lines.appendLiteral(",\"subject\":\"")
            appendHash(of: subject.span, subjectMAC)
            lines.appendLiteral("\"")
        }
        if let problem = outcome.problem { append(problem) }
        lines.appendLiteral("}\n")
    }

    /// When requests that are only counted get their line.
    package var deadline: Int64? { refused?.dueAt }

    package func deadlinePassed() { appendCounts() }

    /// From now on what is counted is written with each turn: the loop is about to stop.
    package func end() { isEnding = true }

    private func appendCounts() {
        guard let counts = refused?.take(), rules.logsAll else { return }
        let now = Clock.unixMilliseconds()
        for (key, count) in counts {
            key.appendLine(count, unixMilliseconds: now, to: &refusedLines)
            refusedLineCount += 1
        }
    }

    package func endTurn() {
        if isEnding { appendCounts() }
        // The turn's answers have been sent.
        if !slow.isEmpty {
            let now = Clock.monotonicNanoseconds()
            for request in slow {
                request.append(now: now, to: &lines)
                lineCount += 1
            }
            slow.removeAll(keepingCapacity: true)
        }
        handOver()
    }

    private func handOver() {
        if lineCount > 0 {
            handOver(&lines, lineCount: lineCount, share: .own)
            lineCount = 0
        }
        if refusedLineCount > 0 {
            handOver(&refusedLines, lineCount: refusedLineCount, share: .refused)
            refusedLineCount = 0
        }
    }

    private func handOver(_ lines: inout [UInt8], lineCount: Int, share: LogSink.Share) {
        sink.append(lines.span, lineCount: lineCount, share: share)
        lines.removeAll(keepingCapacity: true)
    }

    private func append(_ problem: RequestOutcome.LoggedProblem) {
        lines.appendLiteral(",\"problem\":\"")
        lines.append(contentsOf: problem.type.utf8)
        lines.appendLiteral("\",\"reason\":")
        appendString(problem.reason.utf8.span)
    }

    private func appendString(_ text: Span<UInt8>) {
        var writer = JSONWriter(appendingTo: lines)
        lines = []
        writer.string(text)
        lines = writer.finish()
    }

    /// What the log calls a subject, for lines that are not of a request.
    package static func name(of subject: [UInt8], salt: Span<UInt8>) -> String {
        var hash = HMACSHA256(key: salt)
        let digest = hash.authenticate(subject.span)
        return String(hexadecimal: digest.span.extracting(first: hashBytes))
    }

    private func appendHash(of subject: Span<UInt8>, _ kept: KeptMAC?) {
        let digest = hash.digest(of: subject, kept: kept)
        lines.appendHexadecimal(digest.span.extracting(first: RequestLog.hashBytes))
    }

    static func name(of method: HTTPMethod?) -> StaticString {
        switch method {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .other: "other"
        case nil: "none"
        }
    }
}
