internal import Foundation
internal import Glibc
package import OpenSSL
internal import POSIX

/// Paths of a certificate and its key, both in PEM.
package struct CertificateFiles: Sendable {
    package let certificate: String
    package let key: String
    /// Where they are; removed with the last that knows it.
    fileprivate let directory: TemporaryDirectory

    /// Puts them in place of other files.
    package func copy(certificate path: String, key keyPath: String) throws {
        for (from, to) in [(certificate, path), (key, keyPath)] {
            try String(contentsOfFile: from, encoding: .utf8).write(
                toFile: to, atomically: true, encoding: .utf8)
        }
    }

    package func identity() throws -> TLSIdentity {
        let key = try Files.read(key, bytesMax: TLSIdentity.keyBytesMax)
        return try TLSIdentity(
            certificates: Files.read(certificate, bytesMax: TLSIdentity.certificateBytesMax),
            key: key.span)
    }
}

/// An authority of a test's own, which the openssl program makes and which signs what tests need.
package final class TestAuthority: Sendable {
    /// One for all tests that need no other.
    package static let shared = Result { try TestAuthority() }

    private let directory: TemporaryDirectory
    /// Its own certificate.
    package let path: String
    private let key: String
    /// For `localhost` and 127.0.0.1.
    package let server: CertificateFiles

    package init(subject: String = "/CN=Test CA") throws {
        directory = try TemporaryDirectory()
        path = directory.path(of: "ca.pem")
        key = directory.path(of: "ca.key")
        try TestAuthority.openssl(
            ["req", "-x509", "-nodes", "-keyout", key, "-out", path, "-subj", subject]
                + TestAuthority.newKey)
        server = try TestAuthority.sign("server", "/CN=localhost", 30, directory, path, key)
    }

    /// Signs another certificate.
    ///
    /// - Parameters:
    ///   - name: of its files, once for each.
    ///   - subject: as `openssl req -subj` takes it.
    ///   - days: until it expires; negative for one that has expired.
    package func certificate(
        _ name: String, subject: String = "/CN=localhost", days: Int = 30
    ) throws -> CertificateFiles {
        try TestAuthority.sign(name, subject, days, directory, path, key)
    }

    /// Puts its certificate in place of another file.
    package func copyCertificate(to path: String) throws {
        try String(contentsOfFile: self.path, encoding: .utf8).write(
            toFile: path, atomically: true, encoding: .utf8)
    }

    /// What makes churnd's public listener speak TLS.
    package func serverFlags() throws -> [String: String] {
        ["tls.certificate": server.certificate, "tls.key": server.key]
    }

    /// Trusts this authority.
    package func clientContext(_ identity: TLSIdentity? = nil) throws -> TLSContext {
        try TLSContext(
            trusting: Files.read(path, bytesMax: TLSIdentity.certificateBytesMax),
            identity: identity)
    }

    /// For a server with this authority's certificate.
    package func serverContext(
        _ authentication: TLSClientAuthentication = .off
    ) throws -> TLSContext {
        try TLSContext(
            serving: server.identity(),
            clientAuthorities: Files.read(path, bytesMax: TLSIdentity.certificateBytesMax),
            authentication)
    }

    /// The output of the openssl program, which must succeed.
    @discardableResult
    package static func openssl(
        _ arguments: [String], input: String = ""
    ) throws -> String {
        let child = try ChildProcess("/usr/bin/openssl", arguments, input: input)
        let exit = try child.waitForExit()
        guard exit == .code(0) else {
            throw ChildProcess.Failure(description: "openssl \(arguments): \(child.errors)")
        }
        return child.output
    }

    private static let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]

    private static func sign(
        _ name: String, _ subject: String, _ days: Int, _ directory: TemporaryDirectory,
        _ authority: String, _ authorityKey: String
    ) throws -> CertificateFiles {
        let files = CertificateFiles(
            certificate: directory.path(of: "\(name).pem"), key: directory.path(of: "\(name).key"),
            directory: directory)
        let request = directory.path(of: "\(name).csr")
        try openssl(
            ["req", "-utf8", "-nodes", "-keyout", files.key, "-out", request, "-subj", subject]
                + newKey
                + ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
        try openssl([
            "x509", "-req", "-in", request, "-CA", authority, "-CAkey", authorityKey,
            "-set_serial", "\(Clock.monotonicNanoseconds())", "-days", "\(days)",
            "-copy_extensions", "copy", "-out", files.certificate,
        ])
        return files
    }
}
