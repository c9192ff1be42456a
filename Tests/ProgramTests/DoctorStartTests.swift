import AuditLog
import Glibc
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// `churnctl doctor` and then churnd, with the same flags in the same place.
    @Suite struct DoctorStartTests {
        struct Case: Sendable, CustomTestStringConvertible {
            let name: String
            let starts: Bool
            /// How one of doctor's lines begins.
            let says: String
            var key = AuditedChurnd.key
            /// How many descriptors both may open; nil: as many as this process.
            var descriptors: Int?
            /// Makes the place what it is; returns flags.
            let prepare: @Sendable (Place) throws -> [String: String]

            var testDescription: String { name }
        }

        @Test(arguments: damagedLogs + loggedPlaces)
        func `an audit log fails where churnd does not start on it`(sample: Case) throws {
            try examine(sample)
        }

        @Test(arguments: takenAddresses + freeAddresses)
        func `an address fails where churnd does not start on it`(sample: Case) throws {
            try examine(sample)
        }

        @Test(arguments: paths)
        func `a socket's path fails where churnd does not start on it`(sample: Case) throws {
            try examine(sample)
        }

        @Test(arguments: descriptorLimits)
        func `a limit of descriptors fails where churnd does not start`(sample: Case) throws {
            try examine(sample)
        }

        private func examine(_ sample: Case) throws {
            let place = try Place()
            // Who listens there does so to the end.
            defer { withExtendedLifetime(place) {} }
            var flags = [
                "http.host": "127.0.0.1", "http.port": "0", "operations.listen": "off",
                "store": "memory", "model.path": BuiltProgram.modelPath,
            ]
            flags.merge(try sample.prepare(place)) { $1 }
            let arguments = flags.sorted { $0.key < $1.key }.map { "--\($0.key)=\($0.value)" }
            let limit = sample.descriptors.map { "ulimit -n \($0) &&" } ?? ""
            func run(_ words: [String]) throws -> ChildProcess {
                try ChildProcess(
                    "/bin/bash",
                    ["-c", "\(limit) exec \"$@\"", "bash"] + words + arguments,
                    environment: ["JWT_SECRET": ChurndProcess.secret, "AUDIT_KEY": sample.key])
            }
            let doctor = try run([BuiltProgram.churnctl, "doctor"])
            #expect(
                try doctor.waitForExit() == .code(sample.starts ? 0 : 1), "\(doctor.output)")
            let lines = doctor.output.split(separator: "\n")
            #expect(lines.contains { $0.hasPrefix(sample.says) }, "\(doctor.output)")
            #expect(lines.contains { $0.hasPrefix("FAIL  ") } != sample.starts)

            let churnd = try run([BuiltProgram.churnd])
            if sample.starts {
                _ = try ChurndProcess.portWhenListening(churnd)
            } else {
                #expect(try churnd.waitForExit() == .code(1), "\(churnd.errors)")
            }
        }
    }
}

extension ProgramTests.DoctorStartTests {
    /// Where a case takes place, with what listens there.
    final class Place {
        private let directory: TemporaryDirectory
        let stranger: ScriptedServer
        private let socket: FileDescriptor
        private let first = AuditFiles.segmentName(firstSequence: 1)
        private var held: AuditLog?

        init() throws {
            directory = try TemporaryDirectory()
            stranger = try ScriptedServer()
            socket = try Sockets.listenUnix(
                path: directory.path(of: "strangers"), mode: 0o600, backlog: 16)
        }

        func path(_ name: String) -> String { directory.path(of: name) }

        func listen(_ name: String) -> [String: String] {
            ["operations.listen": "unix:\(path(name))"]
        }

        /// A log of a start and a stop, and the flag that names it.
        func log() throws -> [String: String] {
            let settings = AuditSettings(
                directory: path("audit"), key: Array(AuditedChurnd.key.utf8), sync: .none,
                segmentBytesMax: 1 << 20, serviceVersion: "0.0.0")
            try AuditLog.open(settings) { _ in }.close()
            return ["audit.directory": path("audit")]
        }

        /// Keeps the log for as long as the case takes.
        func holdLog() {
            let settings = AuditSettings(
                directory: path("audit"), key: Array(AuditedChurnd.key.utf8), sync: .none,
                segmentBytesMax: 1 << 20, serviceVersion: "0.0.0")
            held = try? AuditLog.open(settings) { _ in }
        }

        /// A log whose records are others than were written.
        func log(_ change: (inout [UInt8]) -> Void) throws -> [String: String] {
            let flags = try log()
            let path = path("audit/\(first)")
            var bytes = try Files.read(path, bytesMax: 1 << 20)
            change(&bytes)
            try Files.writeAtomically(bytes.span, to: path)
            return flags
        }

        /// A log in which something else is in a file's place.
        func log(
            _ name: String, replacedBy make: (String) -> CInt
        ) throws -> [String: String] {
            let flags = try log()
            let path = path("audit/\(name)")
            try #require(unlink(path) == 0 && make(path) == 0)
            return flags
        }
    }

    private static let segment = AuditFiles.segmentName(firstSequence: 1)

    static let damagedLogs = [
        Case(
            name: "a digit of the last hash is another", starts: false,
            says: "FAIL  audit log: \(segment): damaged at its end, record 2, expected "
        ) { place in
            try place.log { bytes in
                // Before the MAC and its name.
                let digit = bytes.count - 4 - 32 - 9
                bytes[digit] = UInt8(ascii: bytes[digit] == UInt8(ascii: "0") ? "1" : "0")
            }
        },
        Case(
            name: "a digit of the last MAC is another", starts: false,
            says: "FAIL  audit log: \(segment): record 2 was not written with audit.key"
        ) { place in
            try place.log { bytes in
                let digit = bytes.count - 4
                bytes[digit] = UInt8(ascii: bytes[digit] == UInt8(ascii: "0") ? "1" : "0")
            }
        },
        Case(name: "the segment is a directory", starts: false, says: "FAIL  audit log: /") {
            try $0.log(segment) { mkdir($0, 0o700) }
        },
        Case(name: "checkpoints are a directory", starts: false, says: "FAIL  audit log: /") {
            try $0.log(AuditFiles.checkpointsName) { mkdir($0, 0o700) }
        },
        Case(name: "checkpoints are a link", starts: false, says: "FAIL  audit log: /") {
            try $0.log(AuditFiles.checkpointsName) { symlink("/dev/null", $0) }
        },
        Case(name: "the lock is a directory", starts: false, says: "FAIL  audit log: /") {
            try $0.log(AuditFiles.lockName) { mkdir($0, 0o700) }
        },
    ]

    static let loggedPlaces = [
        Case(name: "no directory yet", starts: true, says: "ok    audit log: /") { place in
            ["audit.directory": place.path("audit")]
        },
        Case(name: "a log as it was left", starts: true, says: "ok    audit log: /") { place in
            try place.log()
        },
        Case(
            name: "another key", starts: false,
            says: "FAIL  audit log: \(segment): no MAC is right: audit.key is not the key that ",
            key: "another-audit-key-of-32-bytes-or-so"
        ) { place in
            try place.log()
        },
        Case(
            name: "another churnd has the log", starts: false,
            says: "FAIL  audit log: /"
        ) { place in
            let flags = try place.log()
            place.holdLog()
            return flags
        },
        Case(
            name: "a torn record", starts: true,
            says: "warn  audit log: its last record is not whole: 5 bytes would be cut off"
        ) { place in
            try place.log { $0 += Array("{\"seq".utf8) }
        },
        Case(
            name: "a record is missing", starts: true,
            says: "warn  audit log: records that a checkpoint counts are missing at its end: 1"
        ) { place in
            try place.log { bytes in
                let end = bytes.dropLast().lastIndex(of: UInt8(ascii: "\n")) ?? 0
                bytes.removeSubrange((end + 1)...)
            }
        },
    ]
}

extension ProgramTests.DoctorStartTests {
    /// The two listeners on a free port, which is the same for both.
    private static func samePort(_ http: String, _ operations: String) throws -> [String: String] {
        let port = try FreePort.find()
        return [
            "http.host": http, "http.port": "\(port)",
            "operations.listen": "\(operations):\(port)",
        ]
    }

    static let takenAddresses = [
        Case(
            name: "a stranger on http.port", starts: false,
            says: "FAIL  http port: something listens on 127.0.0.1 port "
        ) { place in
            ["http.port": "\(place.stranger.port)"]
        },
        Case(
            name: "a stranger on operations.listen", starts: false,
            says: "FAIL  operations: something listens on 127.0.0.1 port "
        ) { place in
            ["operations.listen": "127.0.0.1:\(place.stranger.port)"]
        },
        Case(name: "one address for both", starts: false, says: "FAIL  operations: port ") { _ in
            try samePort("127.0.0.1", "127.0.0.1")
        },
        Case(name: "http.host has every address", starts: false, says: "FAIL  operations: port ") {
            _ in try samePort("0.0.0.0", "127.0.0.2")
        },
        Case(name: "operators have every address", starts: false, says: "FAIL  operations: port ") {
            _ in try samePort("127.0.0.1", "0.0.0.0")
        },
    ]

    static let freeAddresses = [
        Case(name: "one port of two addresses", starts: true, says: "ok    operations: 127.") { _ in
            try samePort("127.0.0.1", "127.0.0.2")
        },
        Case(name: "the kernel chooses both", starts: true, says: "ok    operations: 127.") { _ in
            ["operations.listen": "127.0.0.1:0"]
        },
        Case(
            name: "a stranger on the operators' port at the public address", starts: true,
            says: "ok    operations: 127."
        ) { place in
            ["operations.listen": "127.0.0.2:\(place.stranger.port)"]
        },
    ]

    static let paths = [
        Case(name: "a file", starts: false, says: "FAIL  operations: /") { place in
            try Files.writeAtomically("mine".utf8.span, to: place.path("s"))
            return place.listen("s")
        },
        Case(name: "a directory", starts: false, says: "FAIL  operations: /") { place in
            try #require(mkdir(place.path("s"), 0o700) == 0)
            return place.listen("s")
        },
        Case(name: "a dangling link", starts: false, says: "FAIL  operations: /") { place in
            try #require(symlink("nowhere", place.path("s")) == 0)
            return place.listen("s")
        },
        Case(
            name: "a stranger's socket", starts: false,
            says: "FAIL  operations: something listens on /"
        ) { place in
            place.listen("strangers")
        },
        Case(name: "a stale socket", starts: true, says: "warn  operations: /") { place in
            _ = try Sockets.listenUnix(path: place.path("s"), mode: 0o600, backlog: 1)
            return place.listen("s")
        },
        Case(name: "nothing", starts: true, says: "ok    operations: /") { $0.listen("s") },
    ]

    private static let crowd = [
        "http.reactors": "2", "http.connections": "169", "operations.listen": "127.0.0.1:0",
    ]

    static let descriptorLimits = [
        Case(
            name: "fewer than expected", starts: true,
            says: "warn  descriptors: the hard limit here is 500, expected 501: ",
            descriptors: 500
        ) { _ in crowd },
        Case(
            name: "as many as expected", starts: true, says: "ok    descriptors: ",
            descriptors: 501
        ) { _ in crowd },
        Case(
            name: "none for a connection", starts: false, says: "FAIL  descriptors: ",
            descriptors: 332
        ) { _ in crowd },
        Case(
            name: "one for a connection", starts: true, says: "warn  descriptors: ",
            descriptors: 333
        ) { _ in crowd },
    ]
}
