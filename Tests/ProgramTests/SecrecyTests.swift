import Foundation
import Glibc
import JSON
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// What others on the machine may learn of a running churnd.
    @Suite struct SecrecyTests {
        private static let secret = "5d0f83c1a97e4b26"
        private static let auditKey = "b27e09d4f3186ac5"
        /// The user nobody of every Debian.
        private static let nobody: uid_t = 65_534

        /// Twice as long as a secret must be, since a short one may occur anywhere.
        private static func long(_ text: String) -> String {
            text + String(text.reversed()) + text + "!?"
        }

        private let secret = long(SecrecyTests.secret)
        private let auditKey = long(SecrecyTests.auditKey)

        /// How secrets reach a churnd.
        enum Way: CaseIterable { case environment, files, keys, configuration }

        private func environment(
            _ way: Way, in directory: TemporaryDirectory
        ) throws -> [String: String] {
            func file(_ name: String, _ text: String) throws -> String {
                let path = directory.path(of: name)
                try Files.writeAtomically(Array(text.utf8).span, to: path, mode: 0o600)
                return path
            }
            switch way {
            case .environment: return ["JWT_SECRET": secret, "CHURND_AUDIT_KEY": auditKey]
            case .files:
                return [
                    "JWT_SECRET_FILE": try file("s", secret + "\n"),
                    "AUDIT_KEY_FILE": try file("k", auditKey),
                ]
            case .keys:
                try Directories.create(directory.path(of: "keys"))
                _ = try file("keys/one", secret)
                return ["CHURND_JWT_KEYS": directory.path(of: "keys"), "AUDIT_KEY": auditKey]
            case .configuration:
                try Directories.create(directory.path(of: "Config"))
                _ = try file(
                    "Config/churnd.conf", "jwt.secret = \(secret)\naudit.key=\(auditKey)\n")
                return [:]
            }
        }

        private func start(
            _ way: Way, in directory: TemporaryDirectory, reactors: Int, operations: String
        ) throws -> ChildProcess {
            let child = try ChildProcess(
                BuiltProgram.churnd,
                [
                    "--http.port=0", "--http.reactors=\(reactors)",
                    "--operations.listen=\(operations)", "--store=memory",
                    "--audit.directory=\(directory.path(of: "audit"))",
                    "--model.path=\(BuiltProgram.modelPath)",
                    // A user who is not root sees only the memory of a process that may be dumped.
                    "--security.core_dumps=\(geteuid() == 0 ? "off" : "on")",
                ], environment: environment(way, in: directory), workingDirectory: directory.path)
            _ = try ChurndProcess.portWhenListening(child)
            return child
        }

        @Test(arguments: Way.allCases)
        func `of a secret there is one copy for each event loop, and of the audit log's key one`(
            way: Way
        ) throws {
            for (reactors, operations, copies) in [(1, "off", 1), (3, "127.0.0.1:0", 4)] {
                let directory = try TemporaryDirectory()
                let child = try start(
                    way, in: directory, reactors: reactors, operations: operations)
                // OpenSSL keeps the key in each keyed MAC (EVP_MAC-HMAC(7)); all others are wiped.
                #expect(try memory(of: child.processID, holds: secret) == copies)
                #expect(try memory(of: child.processID, holds: auditKey) <= 1)
                #expect(try memory(of: child.processID, holds: BuiltProgram.modelPath) > 0)
            }
        }

        @Test func `the environment that the kernel tells has no secret`() throws {
            let directory = try TemporaryDirectory()
            let redis = try RedisServer()
            let password = "4f1e7a90c3d8b256"
            let child = try ChildProcess(
                BuiltProgram.churnd,
                [
                    "--http.port=0", "--operations.listen=off",
                    "--audit.directory=\(directory.path(of: "audit"))",
                ],
                environment: [
                    "JWT_SECRET": secret, "AUDIT_KEY": auditKey,
                    "CHURND_MODEL_PATH": BuiltProgram.modelPath,
                    "REDIS_URL": "redis://:\(password)@127.0.0.1:\(redis.port)",
                ])
            _ = try ChurndProcess.portWhenListening(child)
            let bytes = try Files.read(
                "/proc/\(child.processID)/environ", bytesMax: 1 << 20)
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(text.contains("CHURND_MODEL_PATH=\(BuiltProgram.modelPath)"))
            for hidden in [secret, auditKey, password] { #expect(!text.contains(hidden)) }
        }

        @Test(
            .enabled(if: geteuid() != 0 || access("/usr/bin/setpriv", X_OK) == 0),
            arguments: [false, true])
        func `only root looks into churnd and it leaves no core, unless dumps are on`(
            dumps: Bool
        ) throws {
            let isRoot = geteuid() == 0
            let words =
                isRoot
                ? ["/usr/bin/setpriv", "--reuid=\(Self.nobody)", "--regid=\(Self.nobody)"]
                    + ["--clear-groups", BuiltProgram.churnd] : [BuiltProgram.churnd]
            let child = try ChildProcess(
                words[0],
                words.dropFirst() + [
                    "--http.port=0", "--operations.listen=127.0.0.1:0", "--store=memory",
                    "--model.path=\(BuiltProgram.modelPath)",
                    "--security.core_dumps=\(dumps ? "on" : "off")",
                ], environment: ["JWT_SECRET": secret], workingDirectory: "/")
            _ = try ChurndProcess.portWhenListening(child)
            let user = isRoot ? Self.nobody : geteuid()
            var status = stat()
            // proc(5): they belong to root where the process may not be dumped.
            #expect(stat("/proc/\(child.processID)/environ", &status) == 0)
            #expect(status.st_uid == (dumps ? user : 0))
            let limits = try Files.read("/proc/\(child.processID)/limits", bytesMax: 1 << 16)
            let isForbidden = String(decoding: limits, as: UTF8.self).contains(
                #/Max core file size +0 +0 /#)
            #expect(isForbidden || dumps)

            // It can still read what the metrics need of its own /proc.
            let line = ChurndProcess.logLines(child).first { $0["operations"] != nil }
            let port = line?["operations"]?.asString?.split(separator: ":").last
            let metrics = try ClientSocket(port: UInt16(try #require(port)) ?? 0)
                .exchange(.get("/metrics")).text
            for name in ["process_open_fds", "process_resident_memory_bytes"] {
                #expect(metrics.contains(try Regex("\n\(name) [1-9]")), "\(name)")
            }
        }

        /// How often a text is in the memory that a process can read.
        private func memory(of process: pid_t, holds text: String) throws -> Int {
            let maps = String(
                decoding: try Files.read("/proc/\(process)/maps", bytesMax: 1 << 22),
                as: UTF8.self)
            let memory = open("/proc/\(process)/mem", O_RDONLY | O_CLOEXEC)
            try #require(memory >= 0)
            defer { close(memory) }
            var count = 0
            for line in maps.split(separator: "\n") {
                let words = line.split(separator: " ")
                let ends = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
                // What it cannot write it has not written.
                guard words[1].hasPrefix("rw"), ends.count == 2 else { continue }
                var bytes = [UInt8](repeating: 0, count: Int(ends[1] - ends[0]))
                let size = pread(memory, &bytes, bytes.count, off_t(ends[0]))
                if size > 0 { count += Data(bytes[..<size]).occurrences(of: text) }
            }
            return count
        }
    }
}

extension Data {
    fileprivate func occurrences(of text: String) -> Int {
        var count = 0
        var start = startIndex
        while let found = range(of: Data(text.utf8), in: start..<endIndex) {
            count += 1
            start = found.upperBound
        }
        return count
    }
}
