import Foundation
import Glibc
import JSON
import OpenSSL
import POSIX
import Synchronization
import TestSupport
import Testing

extension ProgramTests {
    /// HTTPS with curl and the openssl program.
    @Suite struct TLSTests {
        private let authority: TestAuthority
        private let directory: TemporaryDirectory

        init() throws {
            authority = try TestAuthority.shared.get()
            directory = try TemporaryDirectory()
        }

        private func churnd(_ flags: [String: String] = [:]) throws -> ChurndProcess {
            try ChurndProcess(
                authority.serverFlags().merging(ChurndProcess.onSocket(in: directory)) { $1 }
                    .merging(flags) { $1 })
        }

        private func requiringCertificates() throws -> ChurndProcess {
            try churnd(["tls.client_ca": authority.path, "tls.client_auth": "required"])
        }

        private func run(
            _ program: String, _ arguments: [String], input: String = ""
        ) throws -> ChildProcess {
            let child = try ChildProcess("/usr/bin/\(program)", arguments, input: input)
            _ = try child.waitForExit()
            return child
        }

        private func handshakes(_ result: String, _ churnd: ChurndProcess) throws -> Double? {
            try churnd.scrape()[
                #"churnd_tls_handshakes_total{listener="public",result="\#(result)"}"#]
        }

        @Test func `each handshake that fails is counted by its reason`() throws {
            let churnd = try requiringCertificates()
            let url = "https://localhost:\(churnd.port)/livez"
            let good = try authority.certificate("good", subject: "/CN=good")
            let expired = try authority.certificate("expired", subject: "/CN=late", days: -1)
            let foreign = try TestAuthority(subject: "/CN=Other CA").server
            func curl(_ files: CertificateFiles?, _ more: String..., url: String? = nil) -> [String]
            {
                ["-sS", "--cacert", authority.path]
                    + (files.map { ["--cert", $0.certificate, "--key", $0.key] } ?? []) + more
                    + [url ?? "https://localhost:\(churnd.port)/livez"]
            }
            let other = "other.example:\(churnd.port)"
            let old = ["--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0"]
            let cases: [(String, [String], exits: [CInt], String)] = [
                ("curl", curl(good), [0], "full"),
                ("curl", curl(good, "--tls-max", "1.2"), [0], "full"),
                ("curl", curl(nil), [56], "no_certificate"),
                ("curl", curl(nil, "--tls-max", "1.2"), [35], "no_certificate"),
                ("curl", curl(expired), [56], "expired_certificate"),
                ("curl", curl(foreign), [56], "unknown_ca"),
                ("curl", curl(good) + old, [35], "protocol_version"),
                ("curl", ["-sS", url], [60], "refused_by_client"),
                // curl looks at the name when the handshake is over.
                (
                    "curl",
                    curl(
                        good, "--resolve", "\(other):127.0.0.1", url: "https://\(other)/livez"),
                    [60], "full"
                ),
                ("curl", ["-sS", "http://localhost:\(churnd.port)/livez"], [0], "plain_http"),
                (
                    "openssl", ["s_client", "-connect", "127.0.0.1:\(churnd.port)", "-alpn", "h2"],
                    [1], "application_protocol"
                ),
            ]
            var expected: [String: Double] = [:]
            for (program, arguments, exits, result) in cases {
                let child = try run(program, arguments)
                #expect(
                    exits.map { .code($0) }.contains(child.ended), "\(arguments) \(child.errors)")
                expected[result, default: 0] += 1
                try eventually("\(result) is counted: \(arguments)") {
                    try handshakes(result, churnd) == expected[result]
                }
            }
            let all = try churnd.scrape().sum(of: "churnd_tls_handshakes_total")
            #expect(all == Double(cases.count))
            // The others are no failures, or have a line as a request.
            let failed = cases.map { $0.3 }.filter { $0 != "full" && $0 != "plain_http" }
            let lines = try churnd.log("handshake failed", count: failed.count)
            #expect(lines.map { $0.text("reason") } == failed)
            #expect(lines.allSatisfy { $0.text("peer") == "127.0.0.1" })
        }

        @Test func `lines of failed handshakes have a rate, and clients that leave have none`()
            throws
        {
            let churnd = try churnd(["log.refused_per_second": "1", "http.reactors": "1"])
            func fail(_ count: Int) throws {
                for _ in 0..<count {
                    let client = try ClientSocket(port: churnd.port)
                    try client.send([UInt8](repeating: 0xFF, count: 3000))
                    _ = try client.readToEnd()
                }
            }
            let gone = try ClientSocket(port: churnd.port)
            try gone.send([22, 3, 1])
            gone.close()
            try eventually("it is counted") { try handshakes("closed", churnd) == 1 }
            try fail(30)
            #expect(try handshakes("other", churnd) == 30)
            let message = "handshake failed"
            #expect(churnd.log(message).count < 15)
            try eventually("a later line counts those without") {
                try fail(1)
                return churnd.log(message).contains { $0["skipped"] != nil }
            }
            #expect(churnd.log(message).allSatisfy { $0.text("reason") == "other" })
        }

        @Test func `optional certificates are verified where they are shown`() throws {
            let churnd = try churnd([
                "tls.client_ca": authority.path, "tls.client_auth": "optional",
            ])
            let url = "https://localhost:\(churnd.port)/livez"
            #expect(try run("curl", ["-sS", "--cacert", authority.path, url]).ended == .code(0))
            let foreign = try TestAuthority(subject: "/CN=Other CA").server
            let arguments = [
                "-sS", "--cacert", authority.path, "--cert", foreign.certificate, "--key",
                foreign.key, url,
            ]
            #expect(try run("curl", arguments).ended == .code(56))
        }

        @Test func `a client's certificate is named in the log and in the audit log`() throws {
            let flags = try authority.serverFlags().merging([
                "tls.client_ca": authority.path, "tls.client_auth": "optional",
            ]) { $1 }
            let audited = try AuditedChurnd(flags)
            let files = try authority.certificate("named", subject: #"/CN=a "b\\c" ü"#)
            let token = try TokenFactory().token("alice")
            let known = try ClientSocket(port: audited.churnd.port)
            try known.startTLS(authority.clientContext(files.identity()))
            #expect(try known.exchange(.predict(token: token)).status == 200)
            let unknown = try ClientSocket(port: audited.churnd.port)
            try unknown.startTLS(authority.clientContext())
            #expect(try unknown.exchange(.predict(token: token)).status == 200)

            let shown = try TestAuthority.openssl([
                "x509", "-in", files.certificate, "-noout", "-fingerprint", "-sha256",
            ])
            let fingerprint = shown.split(separator: "=")[1].lowercased().filter(\.isHexDigit)
            try audited.end()
            let records = try audited.records().filter { $0.text("event") == "prediction" }
            for lines in [try audited.churnd.log("request", count: 2), records] {
                #expect(lines.map { $0.text("client") } == [#"a "b\c" ü"#, nil])
                #expect(lines.map { $0.text("client_sha256") } == [fingerprint, nil])
            }
        }

        @Test func `renegotiation is refused`() throws {
            let churnd = try churnd()
            let child = try run(
                "openssl", ["s_client", "-connect", "127.0.0.1:\(churnd.port)", "-tls1_2"],
                input: "R\n")
            #expect(child.errors.contains("no renegotiation"), "\(child.errors)")
        }

        @Test(arguments: ["-tls1_2", "-tls1_3"])
        func `a session is resumed on another connection`(version: String) throws {
            let churnd = try churnd(["http.reactors": "2"])
            let session = directory.path(of: "session")
            let request = "GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            func connect(_ more: [String]) throws -> String {
                let arguments = [
                    "s_client", "-connect", "127.0.0.1:\(churnd.port)", version, "-ign_eof",
                ]
                let child = try run("openssl", arguments + more, input: request)
                // Without the alert close_notify the client could not tell an end from a cut.
                #expect(!child.errors.contains("unexpected eof"), "\(child.errors)")
                return child.output
            }
            #expect(try connect(["-sess_out", session]).contains("New, TLSv1."))
            let second = try connect(["-sess_in", session])
            #expect(second.contains("Reused, TLSv1."))
            #expect(second.contains("HTTP/1.1 200 OK"))
            #expect(try handshakes("resumed", churnd) == 1)
        }

        @Test func `no request is lost while the certificate changes 20 times`() throws {
            let other = try TestAuthority(subject: "/CN=Second CA")
            let paths = ["certificate", "key"].map { directory.path(of: $0) }
            func put(_ files: CertificateFiles) throws {
                for (path, source) in zip(paths, [files.certificate, files.key]) {
                    let bytes = try Files.read(source, bytesMax: 1 << 16)
                    try Files.writeAtomically(bytes.span, to: path, mode: 0o600)
                }
            }
            try put(authority.server)
            let churnd = try churnd(["tls.certificate": paths[0], "tls.key": paths[1]])
            let both = try TLSContext(
                trusting: Files.read(authority.path, bytesMax: 1 << 16)
                    + Files.read(other.path, bytesMax: 1 << 16))
            let isOver = Atomic(false)
            let port = churnd.port
            let load = Running(4) { index in
                var answered = 0
                let kept = try ClientSocket(port: port)
                try kept.startTLS(both)
                while !isOver.load(ordering: .relaxed) {
                    let client = try ClientSocket(port: port)
                    try client.startTLS(both)
                    for client in [client, client, kept] {
                        guard try client.exchange(.get("/livez")).status == 200 else {
                            throw NeverHappened(what: "an answer with 200")
                        }
                        answered += 1
                    }
                }
                return answered
            }
            for number in 1...20 {
                try put(number % 2 == 1 ? other.server : authority.server)
                // The last is noticed without a signal.
                if number < 20 { churnd.child.signal(SIGHUP) }
                try eventually("certificate \(number) is loaded") {
                    churnd.log("certificate loaded").count >= number
                }
            }
            isOver.store(true, ordering: .relaxed)
            #expect(try load.values().allSatisfy { $0 > 20 })
            let client = try ClientSocket(port: port)
            try client.startTLS(authority.clientContext())
            #expect(try churnd.scrape()[#"churnd_tls_reloads_total{result="refused"}"#] == 0)
        }

        @Test func `a new pair that cannot be used changes nothing`() throws {
            let paths = ["certificate", "key"].map { directory.path(of: $0) }
            func put(_ source: String, at path: String) throws {
                let bytes = try Files.read(source, bytesMax: 1 << 16)
                try Files.writeAtomically(bytes.span, to: path, mode: 0o600)
            }
            try put(authority.server.certificate, at: paths[0])
            try put(authority.server.key, at: paths[1])
            let churnd = try churnd(["tls.certificate": paths[0], "tls.key": paths[1]])
            try put(authority.certificate("unpaired").key, at: paths[1])
            let message = "certificate refused, the previous one stays in use"
            let line = try #require(try churnd.log(message, count: 1).first)
            #expect(
                line.text("reason")
                    == "tls.key: \(paths[1]): the key does not belong to the first certificate")
            let client = try ClientSocket(port: churnd.port)
            try client.startTLS(authority.clientContext())
            #expect(try churnd.scrape()[#"churnd_tls_reloads_total{result="refused"}"#] == 1)
            try put(authority.server.key, at: paths[1])
            _ = try churnd.log("certificate loaded", count: 1)
            #expect(churnd.log(message).count == 1)
        }

        @Test func `what cannot be served with stops the start`() throws {
            let encrypted = directory.path(of: "encrypted")
            try TestAuthority.openssl([
                "pkey", "-in", authority.server.key, "-aes256", "-passout", "pass:planted",
                "-out", encrypted,
            ])
            let (certificate, key) = (authority.server.certificate, authority.server.key)
            let other = try authority.certificate("start-other").key
            let socket = "unix:" + directory.path(of: "s")
            let cases: [([String: String], String, CInt)] = [
                (["tls.certificate": "/none", "tls.key": key], "tls.certificate: /none: open", 1),
                (["tls.certificate": certificate, "tls.key": "/none"], "tls.key: /none: open", 1),
                (
                    ["tls.certificate": certificate, "tls.key": other],
                    "tls.key: \(other): the key does not belong to the first certificate", 1
                ),
                (
                    ["tls.certificate": certificate, "tls.key": encrypted],
                    "tls.key: \(encrypted): the key needs a passphrase", 1
                ),
                (
                    ["tls.certificate": key, "tls.key": key],
                    "tls.certificate: \(key): no certificate", 1
                ),
                (
                    [
                        "tls.certificate": certificate, "tls.key": key, "tls.client_ca": key,
                        "tls.client_auth": "required",
                    ], "tls.client_ca: \(key): no certificate", 1
                ),
                (["tls.key": key], "tls.key: set without tls.certificate", 78),
                (["tls.certificate": certificate], "tls.certificate: set without tls.key", 78),
                (
                    [
                        "tls.certificate": certificate, "tls.key": key,
                        "tls.client_auth": "required",
                    ], "tls.client_auth: set without tls.client_ca", 78
                ),
                (
                    [
                        "tls.certificate": certificate, "tls.key": key,
                        "tls.client_ca": authority.path,
                    ], "tls.client_ca: set without tls.client_auth", 78
                ),
                (
                    [
                        "operations.tls.certificate": certificate, "operations.tls.key": key,
                        "operations.listen": socket,
                    ], "operations.tls.certificate: set without operations.listen = host:port", 78
                ),
            ]
            for (flags, message, code) in cases {
                let settings = ChurndProcess.settings(redisPort: nil, flags)
                let child = try ChildProcess(
                    BuiltProgram.churnd, settings.map { "--\($0.key)=\($0.value)" },
                    environment: ["JWT_SECRET": ChurndProcess.secret])
                #expect(try child.waitForExit() == .code(code), "\(message)")
                #expect(child.errors.contains(message), "\(child.errors)")
            }
        }

        @Test func `an expired certificate is served, with a warning`() throws {
            let files = try authority.certificate("served-late", days: -1)
            let churnd = try churnd(["tls.certificate": files.certificate, "tls.key": files.key])
            #expect(churnd.log("certificate not valid now: clients refuse it").count == 1)
            let client = try ClientSocket(port: churnd.port)
            #expect(throws: ClientSocket.Failure.tls(.expiredCertificate)) {
                try client.startTLS(authority.clientContext())
            }
            let name = #"churnd_tls_certificate_expires_in_seconds{listener="public"}"#
            #expect(try churnd.scrape()[name] ?? 0 < -80_000)
        }

        /// What a health check finds where both listeners require certificates.
        @Test(arguments: [true, false])
        func `a health check shows the listener's own certificate`(isAccepted: Bool) throws {
            let authorities = try isAccepted ? authority : TestAuthority(subject: "/CN=Other CA")
            var flags = try authority.serverFlags()
            flags["http.port"] = "\(try FreePort.find())"
            flags["operations.listen"] = "127.0.0.1:\(try FreePort.find())"
            flags["operations.tls.certificate"] = authority.server.certificate
            flags["operations.tls.key"] = authority.server.key
            for prefix in ["tls", "operations.tls"] {
                flags["\(prefix).client_ca"] = authorities.path
                flags["\(prefix).client_auth"] = "required"
            }
            let churnd = try ChurndProcess(flags)
            for question in ["--check-live", "--check-ready", "--check-health"] {
                let child = try ChildProcess(
                    BuiltProgram.churnd, [question] + flags.map { "--\($0.key)=\($0.value)" },
                    environment: ["JWT_SECRET": ChurndProcess.secret])
                #expect(try child.waitForExit() == .code(isAccepted ? 0 : 1), "\(question)")
            }
            #expect(churnd.child.ended == nil)
        }

        @Test(arguments: ["off", "optional", "required"])
        func `a health check needs no certificate`(mode: String) throws {
            var flags = try authority.serverFlags()
            flags["http.port"] = "\(try FreePort.find())"
            flags["operations.listen"] = "127.0.0.1:\(try FreePort.find())"
            flags["operations.tls.certificate"] = authority.server.certificate
            flags["operations.tls.key"] = authority.server.key
            if mode != "off" {
                flags["tls.client_ca"] = authority.path
                flags["tls.client_auth"] = mode
            }
            let churnd = try ChurndProcess(flags)
            func check(_ question: String) throws -> ChildProcess.Exit {
                try ChildProcess(
                    BuiltProgram.churnd, [question] + flags.map { "--\($0.key)=\($0.value)" },
                    environment: ["JWT_SECRET": ChurndProcess.secret]
                ).waitForExit()
            }
            for question in ["--check-live", "--check-ready", "--check-health"] {
                #expect(try check(question) == .code(0))
            }
            churnd.child.signal(SIGKILL)
            _ = try churnd.child.waitForExit()
            #expect(try check("--check-live") == .code(1))
        }
    }
}
