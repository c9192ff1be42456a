import Glibc
import JSON
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// The operations listener's address: its owner, for how long, and with which mode.
    @Suite struct OperationsSocketTests {
        private let directory: TemporaryDirectory
        private var path: String { ChurndProcess.socketPath(in: directory) }
        private var flags: [String: String] { ChurndProcess.onSocket(in: directory) }

        init() throws { directory = try TemporaryDirectory() }

        /// Type and permissions of a file; nil when there is none.
        private func mode(_ path: String) -> mode_t? {
            var status = stat()
            return lstat(path, &status) == 0 ? status.st_mode : nil
        }

        /// Starts a churnd that must not come up, and returns its one line.
        private func refusal(_ flags: [String: String]) throws -> String {
            var settings = [
                "http.port": "0", "store": "memory", "model.path": BuiltProgram.modelPath,
            ]
            settings.merge(flags) { _, new in new }
            let child = try ChildProcess(
                BuiltProgram.churnd, settings.map { "--\($0.key)=\($0.value)" },
                environment: ["JWT_SECRET": ChurndProcess.secret])
            #expect(try child.waitForExit() == .code(1))
            let errors = child.errors
            #expect(errors.hasPrefix("churnd: operations.listen: "))
            #expect(errors.hasSuffix("\n"))
            #expect(errors.split(separator: "\n").count == 1, "\(errors)")
            #expect(!child.output.contains("\"listening\""))
            return errors
        }

        @Test(arguments: [(nil, 0o600), ("600", 0o600), ("660", 0o660), ("666", 0o666)])
        func `the socket has exactly the mode that is configured`(
            configured: String?, mode: mode_t
        ) throws {
            var flags = flags
            flags["operations.socket_mode"] = configured
            let churnd = try ChurndProcess(flags)
            #expect(self.mode(path) == S_IFSOCK | mode)
            #expect(churnd.operationsAddress == "unix:\(path)")
            #expect(try churnd.operations(.get("/livez")).status == 200)
        }

        @Test func `the file goes with its churnd, also while somebody is connected`() throws {
            let churnd = try ChurndProcess(flags)
            let idle = try churnd.operationsClient()
            #expect(try idle.exchange(.get("/livez")).status == 200)
            let half = try churnd.operationsClient()
            try half.send("POST /admin/models/rollback HTTP/1.1\r\nHost: a\r\nContent-Length: 5")
            churnd.child.signal(SIGTERM)
            #expect(try churnd.child.waitForExit(within: 10) == .code(0))
            #expect(mode(path) == nil)
            #expect(churnd.child.errors == "")
        }

        @Test func `a file that a killed churnd has left is replaced`() throws {
            let killed = try ChurndProcess(flags)
            killed.child.signal(SIGKILL)
            _ = try killed.child.waitForExit()
            #expect(mode(path) == S_IFSOCK | 0o600)
            var flags = flags
            flags["operations.socket_mode"] = "660"
            let churnd = try ChurndProcess(flags)
            #expect(mode(path) == S_IFSOCK | 0o660)
            #expect(try churnd.operations(.get("/livez")).status == 200)
        }

        @Test func `a socket that another churnd has is refused and left alone`() throws {
            let first = try ChurndProcess(flags)
            #expect(try refusal(flags).contains(path))
            #expect(mode(path) == S_IFSOCK | 0o600)
            #expect(try first.operations(.get("/livez")).status == 200)
        }

        @Test func `a port that another churnd has is refused`() throws {
            let first = try ChurndProcess()
            let port = try first.operationsPort
            let line = try refusal(["operations.listen": "127.0.0.1:\(port)"])
            #expect(line.contains("\(port)"))
            #expect(line.contains("another program has it"))
            // One that is no churnd's own neither, and not its own public port.
            let publicly = try refusal(["operations.listen": "127.0.0.1:\(first.port)"])
            #expect(publicly.contains("\(first.port)"))
            #expect(try first.operations(.get("/livez")).status == 200)
        }

        @Test func `one port for both listeners is refused`() throws {
            let port = try FreePort.find()
            let line = try refusal([
                "http.port": "\(port)", "operations.listen": "127.0.0.1:\(port)",
            ])
            #expect(line.contains("\(port)"))
        }

        @Test func `what is no socket is refused and left alone`() throws {
            try Files.writeAtomically("precious".utf8.span, to: path)
            #expect(try refusal(flags).contains(path))
            #expect(try Files.read(path, bytesMax: 100) == Array("precious".utf8))
            let missing = directory.path(of: "missing/churnd.sock")
            #expect(
                try refusal(["operations.listen": "unix:\(missing)"]).contains(
                    directory.path(of: "missing")))
        }

        /// The ports of TCP that a process listens on (proc(5)).
        private func listeningPorts(of process: pid_t) throws -> Set<UInt16> {
            let descriptors = "/proc/\(process)/fd"
            let own = Set(
                try Files.names(in: descriptors).compactMap { name -> String? in
                    var buffer = [UInt8](repeating: 0, count: 100)
                    let count = readlink("\(descriptors)/\(name)", &buffer, buffer.count)
                    let link = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
                    guard link.hasPrefix("socket:[") else { return nil }
                    return String(link.dropFirst(8).dropLast())
                })
            let table = try Files.read("/proc/\(process)/net/tcp", bytesMax: 1 << 24)
            var ports: Set<UInt16> = []
            for line in String(decoding: table, as: UTF8.self).split(separator: "\n").dropFirst() {
                let columns = line.split(separator: " ")
                guard columns[3] == "0A", own.contains(String(columns[9])),
                    let port = UInt16(columns[1].suffix(4), radix: 16)
                else { continue }
                ports.insert(port)
            }
            return ports
        }

        @Test func `off means that nothing else listens`() throws {
            let both = try ChurndProcess()
            #expect(
                try listeningPorts(of: both.child.processID)
                    == [both.port, try both.operationsPort])
            let alone = try ChurndProcess(["operations.listen": "off"])
            #expect(alone.operationsAddress == nil)
            #expect(try listeningPorts(of: alone.child.processID) == [alone.port])
            let client = try alone.client()
            #expect(try client.exchange(.get("/metrics")).status == 404)
            #expect(try client.exchange(.get("/health")).status == 200)
            #expect(
                try client.exchange(.predict(token: try TokenFactory().token("alice"))).status
                    == 200)
            alone.child.signal(SIGTERM)
            #expect(try alone.child.waitForExit() == .code(0))
        }

        @Test func `what is no HTTP is refused as on the public listener`() throws {
            let churnd = try ChurndProcess(flags)
            for (bytes, status) in [
                ("GET /livez HTTP/1.1\r\n\r\n", 400),
                ("GET /livez HTTP/2.0\r\nHost: a\r\n\r\n", 505),
                (
                    "POST /admin/models/rollback HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n{}", 400
                ),
            ] {
                let client = try churnd.operationsClient()
                try client.send(bytes)
                #expect(try client.readAnswer().status == status)
                #expect(try client.readToEnd() == "")
            }
        }
    }
}
