package import JSON
internal import Synchronization
package import Telemetry
internal import TestSupport
internal import Testing

/// A log that is kept in memory.
package final class CapturedLog: Sendable {
    private final class Written: Sendable {
        let bytes = Mutex<[UInt8]>([])
    }

    package let sink: LogSink
    private let written: Written

    package init() {
        let written = Written()
        self.written = written
        sink = LogSink { lines in written.bytes.withLock { $0 += lines } }
    }

    /// All lines so far.
    package var text: String {
        sink.flush(waitingAtMost: 10)
        return String(decoding: written.bytes.withLock { $0 }, as: UTF8.self)
    }

    /// All lines so far, each of which has to be one JSON object and end in one line feed.
    package func objects() throws -> [JSONObject] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.last == "")
        return try lines.dropLast().map { line in
            let bytes = Array(line.utf8)
            return try #require(try JSONValue(parsing: bytes.span).asObject)
        }
    }

    /// The lines of this message, once there are so many.
    package func objects(_ message: String, count: Int) throws -> [JSONObject] {
        var found: [JSONObject] = []
        try eventually("\(count) lines \(message)") {
            found = try objects().filter { $0["message"] == .string(message) }
            return found.count >= count
        }
        return found
    }

    /// Logs a request that has ended, as a reactor does.
    package func add(
        _ outcome: RequestOutcome, requestID: String = "id", subject: String? = nil,
        salt: String = "salt", unixMilliseconds: Int64 = 0
    ) {
        let log = RequestLog(
            sink: sink, salt: Array(salt.utf8).span, rules: RequestLog.Rules(logsAll: true))
        log.add(
            outcome, requestID: Array(requestID.utf8).span, subject: subject.map { Array($0.utf8) },
            unixMilliseconds: unixMilliseconds)
        log.endTurn()
    }
}
