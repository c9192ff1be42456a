import AuditLog
import Glibc
import OpenSSL
import POSIX
import Synchronization
import TestSupport
import Testing

/// A directory for a log, and what a test does with it.
final class LogFixture: Sendable {
    static let key = Array("a key of thirty-two bytes or more".utf8)
    static let model = AuditedModel(
        name: "telco-churn/2", digest: String(repeating: "5a", count: 32))
    /// 2026-10-01T12:00:00.123Z
    static let time: Int64 = 1_790_856_000_123

    let parent: TemporaryDirectory
    let reports = Mutex<[AuditReport]>([])

    init() throws { parent = try TemporaryDirectory() }

    var directory: String { parent.path(of: "audit") }

    func settings(
        sync: AuditSync = .none, segmentBytesMax: Int = 1 << 20
    ) -> AuditSettings {
        var settings = AuditSettings(
            directory: directory, key: LogFixture.key, sync: sync,
            segmentBytesMax: segmentBytesMax, serviceVersion: "1.2.3")
        settings.unixMilliseconds = { LogFixture.time }
        return settings
    }

    func open(_ settings: AuditSettings? = nil) throws -> AuditLog {
        try AuditLog.open(settings ?? self.settings()) { report in
            self.reports.withLock { $0.append(report) }
        }
    }

    /// Reports of failures and of their end.
    var told: [AuditReport] { all.filter { !$0.isCheckpoint } }

    /// Reports of how far the log has come.
    var toldCheckpoints: [AuditReport] { all.filter(\.isCheckpoint) }

    private var all: [AuditReport] { reports.withLock { $0 } }

    func names() throws -> [String] { try Files.names(in: directory) }

    func segments() throws -> [String] { try names().filter { $0.hasPrefix("records-") } }

    func path(_ name: String) -> String { "\(directory)/\(name)" }

    func bytes(_ name: String) throws -> [UInt8] {
        try Files.read(path(name), bytesMax: 1 << 30)
    }

    func write(_ bytes: [UInt8], _ name: String) throws {
        try Files.writeAtomically(bytes.span, to: path(name))
    }

    func lines(_ name: String) throws -> [String] {
        String(decoding: try bytes(name), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    /// All records, checked: every line whole, sequences dense, the chain right, names true.
    func records() throws -> [String] {
        try LogFixture.check(segments().map { ($0, try bytes($0)) })
    }

    /// The events of all records.
    func events() throws -> [String] { try records().map { field("event", in: $0) ?? "" } }
}

extension LogFixture {
    /// Checks a log as anybody could who has its files, and returns the lines.
    static func check(_ segments: [(name: String, bytes: [UInt8])]) throws -> [String] {
        var all: [String] = []
        var previous = String(repeating: "0", count: 64)
        for (name, bytes) in segments {
            try #require(bytes.isEmpty || bytes.last == 0x0A, "\(name) ends inside a line")
            let digits = name.dropFirst("records-".count).prefix(20)
            try #require(Int(digits) == all.count + 1, "\(name) begins elsewhere")
            for line in bytes.split(separator: 0x0A) {
                let text = String(decoding: line, as: UTF8.self)
                try #require(text.hasPrefix("{\"sequence\":\(all.count + 1),"), "\(text)")
                // ,"hash":" and 64 digits, ","mac":" and 32 digits, and "}
                let hash = SHA256.hexDigest(Array(text.utf8.dropLast(116)).span)
                let mac = String(text.dropLast(2).suffix(32))
                try #require(
                    text.hasSuffix(
                        ",\"prev\":\"\(previous)\",\"hash\":\"\(hash)\",\"mac\":\"\(mac)\"}"))
                previous = hash
                all.append(text)
            }
        }
        return all
    }
}

/// The value of a member as it is written, a string without its quotation marks.
func field(_ name: String, in line: String) -> String? {
    guard let start = line.firstRange(of: "\"\(name)\":") else { return nil }
    let rest = line[start.upperBound...]
    guard rest.hasPrefix("\"") else { return String(rest.prefix { $0 != "," && $0 != "}" }) }
    return String(rest.dropFirst().prefix { $0 != "\"" })
}

/// What a reactor would do.
final class Writer {
    private let encoder: AuditRecordEncoder
    private var digest = SHA256Context()
    var batch = AuditBatch()

    init(reactor: Int = 0) {
        encoder = AuditRecordEncoder(keys: AuditKeys(secret: LogFixture.key), reactor: reactor)
    }

    func predict(
        _ requestID: String, at time: Int64 = LogFixture.time, traceID: String = "",
        peer: String = "", proxy: String = "", subject: String = "anna", tokenID: String = "",
        customer: String = "",
        body: String = "{}", features: String = "", probability: Float = 0.7316,
        risk: String = "High", row: Int? = nil
    ) {
        let (requestID, traceID) = (Array(requestID.utf8), Array(traceID.utf8))
        let (peer, proxy) = (Array(peer.utf8), Array(proxy.utf8))
        let (subject, tokenID) = (Array(subject.utf8), Array(tokenID.utf8))
        let (customer, body, features) = (
            Array(customer.utf8), Array(body.utf8), Array(features.utf8)
        )
        let caller = AuditedCaller(
            unixMilliseconds: time, requestID: requestID.span, traceID: traceID.span,
            peer: peer.span, proxy: proxy.span, subject: subject.span, tokenID: tokenID.span,
            customerID: customer.span)
        encoder.appendPrediction(
            AuditedPrediction(
                caller: caller, model: LogFixture.model, bodyDigest: digest.hash(body.span),
                row: row, features: features.span, probability: probability, risk: risk),
            to: &batch)
    }

    func refuse(
        _ requestID: String, _ reason: AuditedRefusal.Reason, body: String = "",
        tokenID: String = ""
    ) {
        let (requestID, subject, body) = (
            Array(requestID.utf8), Array("anna".utf8), Array(body.utf8)
        )
        let tokenID = Array(tokenID.utf8)
        let none: [UInt8] = []
        let caller = AuditedCaller(
            unixMilliseconds: LogFixture.time, requestID: requestID.span, traceID: none.span,
            peer: none.span, proxy: none.span, subject: subject.span, tokenID: tokenID.span,
            customerID: none.span)
        encoder.appendRefusal(
            AuditedRefusal(
                caller: caller, bodyDigest: body.isEmpty ? nil : digest.hash(body.span),
                reason: reason),
            to: &batch)
    }

    /// Hands the batch over, and empties it.
    func handOver(to log: AuditLog, written: @escaping @Sendable (Bool) -> Void) {
        log.append(batch, written: written)
        batch.removeAll(keepingCapacity: true)
    }

    /// Hands the batch over and waits for its answer.
    func write(to log: AuditLog) throws -> Bool {
        let shared = Answers<Bool>()
        handOver(to: log) { shared.add($0) }
        try eventually("the batch is answered") { shared.value != nil }
        return shared.value ?? false
    }
}

extension LogFixture {
    /// The same files as they are now, as a crash would leave them.
    func copy() throws -> LogFixture {
        let other = try LogFixture()
        try Directories.create(other.directory)
        for name in try names() { try other.write(try bytes(name), name) }
        return other
    }

    /// What `open` throws.
    func refusal() -> AuditError? {
        do throws(AuditError) {
            try AuditLog.open(settings()) { _ in }.close()
            return nil
        } catch { return error }
    }

    /// A log of `start` and two predictions whose process was killed.
    static func killed(checkpointRecordsMax: Int = 1_000) throws -> LogFixture {
        let fixture = try LogFixture()
        var settings = fixture.settings()
        settings.checkpointRecordsMax = checkpointRecordsMax
        let log = try fixture.open(settings)
        let writer = Writer()
        for name in ["a", "b"] {
            writer.predict(name)
            try #require(try writer.write(to: log))
        }
        // Answers come before a checkpoint, which is written before the next.
        if checkpointRecordsMax == 1 {
            try eventually("the last checkpoint is written") { log.statistics.checkpoints == 3 }
        }
        return try fixture.copy()
    }
}

extension AuditReport {
    /// Whether it says how far the log has come, and nothing else.
    var isCheckpoint: Bool {
        if case .checkpoint = self { true } else { false }
    }
}
