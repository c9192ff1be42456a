import Foundation
import OpenSSL
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// churnctl where churnd speaks TLS.
    @Suite struct TLSAdministrationTests {
        private let authority: TestAuthority
        private let directory: TemporaryDirectory

        init() throws {
            authority = try TestAuthority.shared.get()
            directory = try TemporaryDirectory()
        }

        private func churnctl(
            _ arguments: [String], environment: [String: String] = [:]
        ) throws -> ChildProcess {
            let child = try ChildProcess(
                BuiltProgram.churnctl, arguments,
                environment: ["JWT_SECRET": ChurndProcess.secret].merging(environment) { $1 })
            _ = try child.waitForExit()
            return child
        }

        @Test func `churnctl administers over TLS, with a certificate of its own`() throws {
            let churnd = try ChurndProcess([
                "operations.tls.certificate": authority.server.certificate,
                "operations.tls.key": authority.server.key,
                "operations.tls.client_ca": authority.path,
                "operations.tls.client_auth": "required",
            ])
            let own = try authority.certificate("churnctl", subject: "/CN=operator")
            let foreign = try TestAuthority(subject: "/CN=Other CA")
            let address = "localhost:\(try churnd.operationsPort)"
            let asks = ["model", "list", "--operations", address]
            let shows = ["--certificate", own.certificate, "--key", own.key]
            let cases: [([String], CInt, String)] = [
                (["--ca", authority.path] + shows, 0, ""),
                ([], 1, "Plain HTTP on a port for HTTPS"),
                (["--ca", authority.path], 1, "TLS: a client certificate is required"),
                (["--ca", foreign.path] + shows, 1, "signed by an unknown authority"),
                (
                    [
                        "--ca", authority.path, "--certificate", foreign.server.certificate,
                        "--key", foreign.server.key,
                    ], 1, "TLS: the other side refused the certificate"
                ),
                (["--ca", own.key], 64, "no certificate, expected one or more in PEM"),
                (shows, 64, "--certificate: given without --ca"),
                (["--ca", authority.path, "--key", own.key], 64, "one without the other"),
                (
                    ["--ca", authority.path, "--certificate", own.certificate, "--key", own.key]
                        .map { $0 == own.key ? foreign.server.key : $0 }, 64,
                    "the key does not belong to the first certificate"
                ),
            ]
            for (options, code, message) in cases {
                let child = try churnctl(asks + options)
                #expect(child.ended == .code(code), "\(options) \(child.errors)")
                #expect(message.isEmpty || child.errors.contains(message), "\(child.errors)")
            }
            let named = try churnctl(asks + shows, environment: ["CHURNCTL_CA": authority.path])
            #expect(named.ended == .code(0), "\(named.errors)")
            let line = try churnd.log("request", count: 1).first {
                $0.text("route") == "/admin/models"
            }
            #expect(line?.text("client") == "operator")
        }

        @Test func `the doctor looks at certificates, and asks a churnd that has TLS`() throws {
            let expired = try authority.certificate("doctor-expired", days: -1)
            let soon = try authority.certificate("doctor-soon", days: 5)
            let other = try authority.certificate("doctor-other")
            let chain = directory.path(of: "chain.pem")
            let misplaced =
                try Files.read(authority.server.certificate, bytesMax: 1 << 16)
                + Files.read(other.certificate, bytesMax: 1 << 16)
            try Files.writeAtomically(misplaced.span, to: chain)
            let cases: [(String, String, String)] = [
                (
                    authority.server.certificate, authority.server.key,
                    "ok    tls: 1 certificate, valid for "
                ),
                (soon.certificate, soon.key, "warn  tls: 1 certificate, valid for "),
                (
                    expired.certificate, expired.key,
                    "FAIL  tls: the certificate is not valid: it expired "
                ),
                (
                    other.certificate, authority.server.key,
                    "FAIL  tls: tls.key: \(authority.server.key): the key does not belong"
                ),
                (
                    chain, authority.server.key,
                    "warn  tls: certificate 1 of the file is not signed by the one after it"
                ),
            ]
            let environment = [
                "CHURND_MODEL_PATH": BuiltProgram.modelPath, "CHURND_STORE": "memory",
                "CHURND_OPERATIONS_LISTEN": "off",
            ]
            for (certificate, key, line) in cases {
                let child = try churnctl(
                    [
                        "doctor", "--http.port=0", "--tls.certificate", certificate, "--tls.key",
                        key,
                    ],
                    environment: environment)
                #expect(child.output.contains(line), "\(child.output)")
            }
            for mode in ["off", "required"] {
                var flags = try authority.serverFlags()
                if mode != "off" {
                    flags["tls.client_ca"] = authority.path
                    flags["tls.client_auth"] = mode
                }
                let churnd = try ChurndProcess(flags)
                flags["http.port"] = "\(churnd.port)"
                let child = try churnctl(
                    ["doctor"] + flags.map { "--\($0.key)=\($0.value)" }, environment: environment)
                let line = "ok    http port: a churnd answers on 127.0.0.1 port \(churnd.port)"
                #expect(child.output.contains(line), "\(child.output)")
            }
        }
    }
}
