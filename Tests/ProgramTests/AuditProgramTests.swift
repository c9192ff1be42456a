import AuditLog
import Bundle
import Glibc
import Models
import POSIX
import Synchronization
import TestSupport
import Testing

extension ProgramTests {
    /// `churnctl audit` on logs that a real `AuditLog` has written.
    @Suite struct AuditProgramTests {
        private static let key = "a key of the audit log's tests, 32"
        private static let environment = ["AUDIT_KEY": key]

        private let parent: TemporaryDirectory

        init() throws { parent = try TemporaryDirectory() }

        private var directory: String { parent.path(of: "audit") }

        private func audit(
            _ arguments: String..., environment: [String: String] = environment
        ) throws -> (code: ChildProcess.Exit, output: String, errors: String) {
            let child = try ChildProcess(
                BuiltProgram.churnctl, ["audit"] + arguments, environment: environment)
            return (try child.waitForExit(), child.output, child.errors)
        }

        private func settings() -> AuditSettings {
            var settings = AuditSettings(
                directory: directory, key: Array(Self.key.utf8), sync: .none,
                segmentBytesMax: 4096, serviceVersion: "1.0.0")
            settings.unixMilliseconds = { 1_790_856_000_123 }
            return settings
        }

        /// Makes a log of a start, what `fill` appends, and a stop.
        private func makeLog(_ fill: (AuditLog) throws -> Void) throws {
            let log = try AuditLog.open(settings()) {
                if case .checkpoint = $0 {} else { Issue.record("\($0)") }
            }
            try fill(log)
            log.close()
        }

        private func append(_ batch: AuditBatch, to log: AuditLog) throws {
            let written = Mutex<Bool?>(nil)
            log.append(batch) { isWritten in written.withLock { $0 = isWritten } }
            try eventually("the batch is written") { written.withLock { $0 } != nil }
            #expect(written.withLock { $0 } == true)
        }

        /// Predictions for the first golden rows of the shipped model.
        private func appendPredictions(
            _ count: Int, to log: AuditLog, isWrong: (Int) -> Bool = { _ in false },
            hasFeatures: (Int) -> Bool = { _ in true }, sha256: String? = nil
        ) throws {
            let bundle = try ModelBundle(directory: BuiltProgram.modelPath)
            let golden = try Files.read(
                "\(BuiltProgram.modelPath)/golden.jsonl", bytesMax: 1 << 24)
            let rows = try golden.split(separator: UInt8(ascii: "\n")).prefix(count).map { line in
                let bytes = Array(line)
                return try GoldenRow(parsing: bytes.span)
            }
            let encoder = AuditRecordEncoder(
                keys: AuditKeys(secret: Array(Self.key.utf8)), reactor: 0)
            let model = AuditedModel(name: bundle.fullName, digest: sha256 ?? bundle.sha256)
            var batch = AuditBatch()
            for (index, row) in rows.enumerated() {
                let probability = bundle.calibration.probability(
                    fromMargin: Float(bitPattern: row.marginBits), link: bundle.ensemble.link)
                let names = (
                    Array("request-\(index)".utf8), Array("alice".utf8), Array("t-\(index)".utf8),
                    Array("customer-\(index)".utf8)
                )
                let none: [UInt8] = []
                let caller = AuditedCaller(
                    unixMilliseconds: 1_790_856_000_123 + Int64(index) * 60_000,
                    requestID: names.0.span, traceID: none.span, peer: none.span,
                    proxy: none.span,
                    subject: names.1.span, tokenID: names.2.span, customerID: names.3.span)
                encoder.appendPrediction(
                    AuditedPrediction(
                        caller: caller, model: model, bodyDigest: InlineArray(repeating: 7),
                        row: index == 2 ? 41 : nil,
                        features: hasFeatures(index) ? row.request.span : none.span,
                        probability: isWrong(index) ? probability.nextUp : probability,
                        risk: bundle.riskLevel(probability).rawValue),
                    to: &batch)
            }
            #expect(rows.count == count)
            try append(batch, to: log)
        }

        private func segments() throws -> [String] {
            try Files.names(in: directory).filter { $0.hasPrefix("records-") }
        }

        private func change(_ name: String, _ change: (inout [UInt8]) -> Void) throws {
            let path = "\(directory)/\(name)"
            var bytes = try Files.read(path, bytesMax: 1 << 24)
            change(&bytes)
            try Files.writeAtomically(bytes.span, to: path)
        }

        @Test func `a log is verified, and a flipped byte of it is found and named`() throws {
            try makeLog { log in
                for _ in 0..<3 { try appendPredictions(4, to: log) }
            }
            #expect(try segments().count > 1)
            let fine = try audit("verify", directory)
            #expect(fine.code == .code(0))
            #expect(fine.errors == "")
            #expect(fine.output.hasPrefix("14 records in "))
            #expect(fine.output.contains(", 1 (2026-10-01T12:00:00.123Z) to 14 (2026-"))
            #expect(fine.output.hasSuffix(": fine\n"))

            let name = try segments()[0]
            try change(name) { $0[$0.count - 200] ^= 1 }
            let faulty = try audit("verify", directory)
            #expect(faulty.code == .code(1))
            #expect(faulty.errors == "")
            let lines = faulty.output.split(separator: "\n")
            #expect(lines.count == 2)
            #expect(lines[0].hasPrefix("\(name):"))
            #expect(lines[0].contains(": record "))
            #expect(lines[0].contains(": altered: its hash is "))
            #expect(lines[1].hasSuffix(": 1 fault"))
        }

        @Test func `a log that is being written to is verified`() throws {
            let log = try AuditLog.open(settings()) {
                if case .checkpoint = $0 {} else { Issue.record("\($0)") }
            }
            defer { log.close() }
            try appendPredictions(5, to: log)
            let found = try audit("verify", directory)
            #expect(found.code == .code(0))
            #expect(found.output.contains("remark: records 2 to 6 are after the newest"))
        }

        @Test func `verification without a key says that it does not know`() throws {
            try makeLog { _ in }
            let unknown = try audit("verify", directory, environment: [:])
            #expect(unknown.code == .code(1))
            #expect(
                unknown.output.hasSuffix(
                    ": not known: the MACs were not verified, for there is no key\n"))
            let waived = try audit("verify", directory, "--no-key", environment: [:])
            #expect(waived.code == .code(0))
            #expect(waived.output.hasSuffix(": fine\n"))

            let file = parent.path(of: "key")
            try Files.writeAtomically("\(Self.key)\n".utf8.span, to: file)
            for (arguments, environment) in [
                ([], ["AUDIT_KEY_FILE": file]), ([], ["CHURND_AUDIT_KEY": Self.key]),
                ([], ["CHURND_AUDIT_KEY_FILE": file]), (["--key-file", file], [:]),
            ] {
                let child = try ChildProcess(
                    BuiltProgram.churnctl, ["audit", "verify", directory] + arguments,
                    environment: environment)
                #expect(try child.waitForExit() == .code(0))
            }
            let other = String(repeating: "k", count: 32)
            let wrong = try audit("verify", directory, environment: ["AUDIT_KEY": other])
            #expect(wrong.code == .code(1))
            #expect(wrong.output.contains("wrong MAC"))
            // Four MACs: of two records and of two checkpoints.
            #expect(
                wrong.output.hasPrefix(
                    "each of 4 MACs is wrong under this key: it is not the audit.key that the log "
                        + "was written with, or all was forged\n"))
            #expect(!(wrong.output + wrong.errors).contains(other))
        }

        @Test func `what cannot be verified ends with the reason and a code of its own`() throws {
            let empty = try TemporaryDirectory()
            try makeLog { _ in }
            let both = Self.environment.merging(["CHURND_AUDIT_KEY": Self.key]) { $1 }
            for (arguments, environment, code, reason) in [
                ([directory + "-none"], Self.environment, 66, "opendir: No such file"),
                ([empty.path], Self.environment, 65, "not an audit log"),
                ([directory], ["AUDIT_KEY": "short"], 64, "the audit key has 5 bytes"),
                ([directory, "--from", "0"], Self.environment, 64, "--from"),
                ([directory, "--checkpoint", "5"], Self.environment, 64, "COUNT:HASH"),
                ([directory, "--key-file", "/none"], [:], 66, "/none: open"),
                ([directory, "--no-key", "--key-file", "k"], [:], 64, "--no-key"),
                ([directory], both, 64, "AUDIT_KEY: set together with CHURND_AUDIT_KEY"),
            ] as [([String], [String: String], CInt, String)] {
                let child = try ChildProcess(
                    BuiltProgram.churnctl, ["audit", "verify"] + arguments,
                    environment: environment)
                #expect(try child.waitForExit() == .code(code), "\(arguments)")
                #expect(child.errors.contains(reason), "\(child.errors)")
                #expect(child.output == "")
            }
        }

        @Test func `a log is known by its identity`() throws {
            try makeLog { _ in }
            let fine = try audit("verify", directory)
            let identity = try #require(fine.output.firstMatch(of: #/, log ([0-9a-f]{32}), /#)?.1)
            #expect(try audit("verify", directory, "--log", String(identity)).code == .code(0))
            let other = try audit("verify", directory, "--log", String(repeating: "a", count: 32))
            #expect(other.code == .code(1))
            #expect(other.output.contains(": another log's, written with the same key\n"))
            for text in ["", "a", String(repeating: "A", count: 32)] {
                #expect(try audit("verify", directory, "--log", text).code == .code(64))
            }
        }

        @Test func `a wrong key is named as the cause, whatever it is expected for`() throws {
            try makeLog { try appendPredictions(2, to: $0) }
            let models = ProjectPlaces.root + "/Models/telco-churn"
            let other = ["AUDIT_KEY": String(repeating: "k", count: 32)]
            for arguments in [
                ["show", directory, "--subject", "alice"], ["show", directory, "--jti", "t-1"],
                ["replay", directory, "--models", models],
            ] {
                let child = try ChildProcess(
                    BuiltProgram.churnctl, ["audit"] + arguments, environment: other)
                #expect(try child.waitForExit() == .code(65), "\(arguments)")
                #expect(
                    child.errors
                        == "churnctl: \(directory): every MAC is wrong under this key: it is not "
                        + "the audit.key that the log was written with, or all was forged\n")
                #expect(child.output == "")
            }
        }

        @Test func `a log without features to score is no success`() throws {
            let models = ProjectPlaces.root + "/Models/telco-churn"
            try makeLog { _ in }
            let empty = try audit("replay", directory, "--models", models)
            #expect(empty.code == .code(65))
            #expect(empty.output == "0 predictions: all bits equal\n")
            #expect(
                empty.errors
                    == "churnctl: \(directory): no prediction with features, expected one at "
                    + "least: "
                    + "they are recorded with audit.features = on\n")
            try makeLog { try appendPredictions(3, to: $0, hasFeatures: { _ in false }) }
            let without = try audit("replay", directory, "--models", models)
            #expect(without.code == .code(65))
            #expect(without.output == "0 predictions: all bits equal, 3 more without features\n")
        }

        @Test func `a record that was written without the key is not scored`() throws {
            try makeLog { try appendPredictions(5, to: $0) }
            let name = try segments()[0]
            try change(name) { bytes in
                let digit = bytes.count - 4
                bytes[digit] = UInt8(ascii: bytes[digit] == UInt8(ascii: "0") ? "1" : "0")
            }
            let models = ProjectPlaces.root + "/Models/telco-churn"
            let found = try audit("replay", directory, "--models", models)
            #expect(found.code == .code(1))
            #expect(found.output.contains(": wrong MAC, not scored\n"))
            #expect(
                try audit("replay", directory, "--models", models, environment: [:]).code
                    == .code(0))
        }

        @Test func `an archived log begins where it is said to, as far as a checkpoint tells`()
            throws
        {
            try makeLog { log in
                for _ in 0..<3 { try appendPredictions(4, to: log) }
            }
            let names = try segments()
            let first = try #require(names[1].split(separator: "-").last?.prefix(20))
            let from = try #require(Int(first))
            let archive = parent.path(of: "archive")
            try Directories.rename("\(directory)/\(names[0])", to: archive)
            #expect(try audit("verify", directory).code == .code(1))
            let found = try audit("verify", directory, "--from", "\(from)")
            #expect(found.code == .code(0))
            #expect(found.output.contains("remark: records 1 to \(from - 1) were not looked for"))
        }

        @Test func `predictions are scored again and every bit is equal`() throws {
            try makeLog { log in
                try appendPredictions(50, to: log)
                try appendPredictions(2, to: log, hasFeatures: { $0 == 0 })
            }
            let models = ProjectPlaces.root + "/Models/telco-churn"
            let found = try audit("replay", directory, "--models", models)
            #expect(found.output == "51 predictions: all bits equal, 1 more without features\n")
            #expect(found.code == .code(0))
            #expect(found.errors == "")
        }

        @Test func `a prediction that comes out otherwise is named`() throws {
            try makeLog { log in
                try appendPredictions(5, to: log, isWrong: { $0 == 3 })
                try appendPredictions(1, to: log, sha256: String(repeating: "ab", count: 32))
            }
            let models = ProjectPlaces.root + "/Models/telco-churn"
            let found = try audit("replay", directory, "--models", models)
            #expect(found.code == .code(1))
            let lines = found.output.split(separator: "\n")
            #expect(lines.count == 3)
            #expect(lines[0].hasPrefix("record 5: bits "))
            #expect(lines[1].hasPrefix("telco-churn/1, SHA-256 abab"))
            #expect(lines[1].hasSuffix(": not there, 1 prediction not scored"))
            #expect(lines[2] == "5 predictions: 1 differ, 1 more whose model is not there")
        }

        @Test func `an altered record is not scored`() throws {
            try makeLog { try appendPredictions(5, to: $0) }
            let name = try segments()[0]
            try change(name) { bytes in
                let text = String(decoding: bytes, as: UTF8.self)
                bytes = Array(text.replacing("request-2", with: "request-7").utf8)
            }
            let models = ProjectPlaces.root + "/Models/telco-churn"
            let found = try audit("replay", directory, "--models", models)
            #expect(found.code == .code(1))
            let lines = found.output.split(separator: "\n")
            #expect(lines.count == 2)
            #expect(lines[0].hasPrefix("\(name):4: byte "))
            #expect(lines[0].hasSuffix(": no record, or altered, not scored"))
            #expect(lines[1] == "4 predictions: all bits equal, 1 line not to be trusted")
            #expect(
                try audit("replay", directory, "--models", models + "-none").code == .code(66))
        }

        @Test func `records are found by what they say, and printed as they are`() throws {
            try makeLog { log in
                try appendPredictions(5, to: log)
                log.note(
                    .revocation(
                        .revoke, token: Array("t-1".utf8), by: AuditedOperator.process))
            }
            var all: [Substring] = []
            var files = ""
            for name in try segments() {
                let bytes = try Files.read("\(directory)/\(name)", bytesMax: 1 << 20)
                files += String(decoding: bytes, as: UTF8.self)
            }
            all = files.split(separator: "\n")
            #expect(all.count == 8)
            // Of one that has several records.
            #expect(all.indices.filter { all[$0].contains(",\"row\":41,") } == [3])
            let asked: [([String], [Int])] = [
                ([], Array(0..<8)), (["--customer", "customer-3"], [4]),
                (["--subject", "alice"], Array(1...5)), (["--request-id", "request-0"], [1]),
                (["--jti", "t-1"], [2, 6]), (["--event", "start"], [0]),
                (["--status", "200", "--last", "2"], [4, 5]), (["--sequence", "3..4"], [2, 3]),
                (["--sequence", "8"], [7]), (["--sequence", "..2"], [0, 1]),
                (["--event", "prediction", "--since", "2026-10-01T12:03:00Z"], [4, 5]),
                (["--event", "prediction", "--until", "2026-10-01T12:01"], [1]),
                (["--model", "telco-churn/1", "--sequence", "6.."], [5]),
            ]
            for (arguments, wanted) in asked {
                let child = try ChildProcess(
                    BuiltProgram.churnctl, ["audit", "show", directory] + arguments,
                    environment: Self.environment)
                #expect(try child.waitForExit() == .code(0), "\(arguments)")
                #expect(child.output == wanted.map { all[$0] + "\n" }.joined(), "\(arguments)")
                #expect(child.errors == "")
            }
            for (arguments, code) in [
                (["--subject", "bob"], 1), (["--risk", "none"], 1), (["--sequence", "9"], 1),
                (["--last", "0"], 64), (["--last", "10001"], 64), (["--sequence", "4..3"], 64),
                (["--since", "today"], 64), (["--event", "guess"], 64),
            ] as [([String], CInt)] {
                let child = try ChildProcess(
                    BuiltProgram.churnctl, ["audit", "show", directory] + arguments,
                    environment: Self.environment)
                #expect(try child.waitForExit() == .code(code), "\(arguments)")
                #expect(child.output == "")
            }
            let noKey = try audit("show", directory, "--subject", "alice", environment: [:])
            #expect(noKey.code == .code(64))
            #expect(noKey.errors.contains("no key"))
        }

        @Test func `a reader that has seen enough ends the printing in silence`() throws {
            try makeLog { log in
                for _ in 0..<4 { try appendPredictions(50, to: log) }
            }
            let command = "'\(BuiltProgram.churnctl)' audit show '\(directory)'"
            let child = try ChildProcess(
                "/bin/sh", ["-c", "{ \(command); echo $? >&2; } | head -c 12"])
            #expect(try child.waitForExit() == .code(0))
            #expect(child.output == "{\"sequence\":")
            #expect(child.errors == "0\n")
        }

        @Test func `a log that is being written to is shown and scored again`() throws {
            // What is put into its file behind its back, it may report.
            let log = try AuditLog.open(settings()) { _ in }
            defer { log.close() }
            try appendPredictions(5, to: log)
            let name = try #require(try segments().last)
            let torn = Array("{\"sequence\":7,\"time\"".utf8)
            let file = open("\(directory)/\(name)", O_WRONLY | O_APPEND | O_CLOEXEC)
            defer { close(file) }
            #expect(write(file, torn, torn.count) == torn.count)
            let shown = try audit("show", directory, "--last", "1")
            #expect(shown.code == .code(0))
            #expect(shown.errors == "")
            #expect(shown.output.hasPrefix("{\"sequence\":6,"))
            let models = ProjectPlaces.root + "/Models/telco-churn"
            let scored = try audit("replay", directory, "--models", models)
            #expect(scored.output == "5 predictions: all bits equal\n")
            let verified = try audit("verify", directory)
            #expect(verified.code == .code(0))
            #expect(verified.output.contains("this line is being written"))
        }
    }
}
