import AuditLog
import AuditReading
import Glibc
import OpenSSL
import TestSupport

/// A log made by hand, byte by byte from the description of its format, so that what writes logs
/// and what verifies them cannot agree on a mistake.
struct SampleLog {
    static let secret = Array("a key for the samples of the audit log".utf8)
    static let noHash = String(repeating: "0", count: 64)
    static let checkpointsName = "checkpoints.jsonl"

    struct Segment: Equatable {
        var name: String
        /// Each with its line feed.
        var lines: [[UInt8]]

        var bytes: [UInt8] { lines.flatMap { $0 } }
    }

    var segments: [Segment] = []
    /// Each with its line feed.
    var checkpoints: [[UInt8]] = []
    /// Of the last record.
    private(set) var sequence = 0
    private(set) var hash = noHash

    /// Ten records in three files, four checkpoints.
    static let standard: SampleLog = {
        var log = SampleLog()
        log.beginSegment()
        log.add(start())
        log.checkpoint()
        log.add(prediction(request: "a"))
        log.add(refusal(request: "b"))
        log.add(refusals)
        log.checkpoint()
        log.beginSegment()
        log.add(prediction(request: "c", features: #"{"plan":"all inclusive","months":12}"#))
        log.add(model)
        log.add(revocation)
        log.checkpoint()
        log.beginSegment()
        log.add(resumed)
        log.add(refusal(request: "d"))
        log.add(stop)
        log.checkpoint()
        return log
    }()

    mutating func beginSegment() {
        segments.append(Segment(name: SampleLog.segmentName(sequence + 1), lines: []))
    }

    static func segmentName(_ first: Int) -> String {
        let digits = String(first)
        return "records-" + String(repeating: "0", count: 20 - digits.count) + digits + ".jsonl"
    }

    /// Appends a record with this body to the last file.
    mutating func add(_ body: String) {
        let line = SampleLog.record(sequence + 1, body, previous: hash)
        segments[segments.count - 1].lines.append(line)
        sequence += 1
        hash = SampleLog.hash(of: line)
    }

    /// Continues as if there had been records up to this one.
    mutating func skip(to sequence: Int, hash: String) {
        self.sequence = sequence
        self.hash = hash
    }

    mutating func checkpoint() {
        checkpoints.append(SampleLog.checkpoint(sequence, hash))
    }

    static func record(_ sequence: Int, _ body: String, previous: String) -> [UInt8] {
        let hashed = Array("{\"sequence\":\(sequence)\(body),\"prev\":\"\(previous)\"".utf8)
        return hashed + Array(",\"hash\":\"\(SHA256.hexDigest(hashed.span))\"}\n".utf8)
    }

    static func hash(of line: [UInt8]) -> String {
        String(decoding: line.dropLast(3).suffix(64), as: UTF8.self)
    }

    static func checkpoint(
        _ count: Int, _ hash: String, secret: [UInt8] = SampleLog.secret
    ) -> [UInt8] {
        var derivation = HMACSHA256(key: secret.span)
        let key = derivation.authenticate(Array("churnd audit checkpoint".utf8).span)
        var mac = HMACSHA256(key: key.span)
        let head = Array(
            "{\"count\":\(count),\"hash\":\"\(hash)\",\"time\":\"2026-10-01T12:00:09.000Z\"".utf8)
        let digits = mac.authenticate(head.span).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
        return head + Array(",\"mac\":\"\(digits)\"}\n".utf8)
    }

    /// The records with their places, in order.
    var records: [(segment: Int, line: Int, bytes: [UInt8])] {
        segments.indices.flatMap { segment in
            segments[segment].lines.indices.map { (segment, $0, segments[segment].lines[$0]) }
        }
    }

    var files: [(name: String, bytes: [UInt8])] {
        segments.map { ($0.name, $0.bytes) }
            + [(SampleLog.checkpointsName, checkpoints.flatMap { $0 })]
    }

    func write(to directory: String) throws {
        for file in files { try writeFile(file.bytes, "\(directory)/\(file.name)") }
    }
}

extension SampleLog {
    static let digest = String(repeating: "0123456789abcdef", count: 4)
    static let pseudonym = String(repeating: "0123456789abcdef", count: 2)

    static func time(_ event: String, second: Int = 0) -> String {
        ",\"time\":\"2026-10-01T12:00:0\(second).123Z\",\"event\":\"\(event)\""
    }

    static func start(torn: Int = 0, missing: Int = 0) -> String {
        time("start") + ",\"version\":\"1.0.0\",\"torn_bytes\":\(torn),\"missing\":\(missing)"
    }

    static func prediction(request: String, features: String? = nil) -> String {
        time("prediction", second: 1)
            + ",\"reactor\":0,\"request_id\":\"\(request)\",\"trace_id\":\"\(pseudonym)\""
            + ",\"subject\":\"\(pseudonym)\",\"jti\":\"t-\\\"1\",\"customer\":\"\(pseudonym)\""
            + ",\"model\":\"telco-churn/1\",\"model_sha256\":\"\(digest)\""
            + ",\"body_sha256\":\"\(digest)\"" + (features.map { ",\"features\":\($0)" } ?? "")
            + ",\"probability\":0.8123,\"probability_bits\":\"3f4ff2e5\",\"risk\":\"High\""
            + ",\"status\":200"
    }

    static func refusal(request: String) -> String {
        time("refusal", second: 2)
            + ",\"reactor\":1,\"request_id\":\"\(request)\",\"subject\":\"\(pseudonym)\""
            + ",\"status\":429,\"reason\":\"rate-limited\""
    }

    static let refusals =
        time("refusals", second: 3) + ",\"status\":401,\"reason\":\"missing-token\",\"count\":7"
    static let model =
        time("model", second: 4)
        + ",\"action\":\"activate\",\"model\":\"telco-churn/2\",\"model_sha256\":\"\(digest)\""
    static let revocation =
        time("revocation", second: 5) + ",\"action\":\"revoke\",\"name\":\"\(pseudonym)\""
    static let behaviour =
        time("behaviour", second: 5)
        + ",\"action\":\"alarm\",\"about\":\"\(pseudonym)\",\"signals\":\"rate errors\""
    static let resumed = time("resumed", second: 6) + ",\"failed_for_ms\":1250"
    static let stop = time("stop", second: 7)
}

/// Puts bytes into a file, without making them durable.
func writeFile(_ bytes: [UInt8], _ path: String) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    defer { close(file) }
    guard file >= 0, write(file, bytes, bytes.count) == bytes.count else {
        throw SampleFailure(path: path)
    }
}

struct SampleFailure: Error { let path: String }

/// A directory with a log that is changed and verified again and again.
final class LogDirectory {
    let directory: TemporaryDirectory

    init(_ log: SampleLog) throws {
        directory = try TemporaryDirectory()
        try log.write(to: directory.path)
    }

    var path: String { directory.path }

    func write(_ bytes: [UInt8], _ name: String) throws {
        try writeFile(bytes, directory.path(of: name))
    }

    func remove(_ name: String) throws {
        guard unlink(directory.path(of: name)) == 0 else { throw SampleFailure(path: name) }
    }

    func verify(
        _ change: (inout AuditExpectations) -> Void = { _ in }
    ) throws -> AuditVerification {
        var expectations = AuditExpectations(keys: LogDirectory.keys)
        change(&expectations)
        return try AuditVerifier.verify(path, against: expectations)
    }

    private static let keys = AuditKeys(secret: SampleLog.secret)

    /// What is found with one file changed, which is as before afterwards.
    func faults(
        with bytes: [UInt8], as file: (name: String, bytes: [UInt8])
    ) throws -> [AuditFault] {
        try write(bytes, file.name)
        let found = try verify().faults
        try write(file.bytes, file.name)
        return found
    }
}

/// What is found in a log.
func faults(in log: SampleLog) throws -> [AuditFault] { try LogDirectory(log).verify().faults }
