internal import POSIX

/// A redis-server that speaks TLS on a port beside the plain one, which is the test's own.
package final class TLSRedisServer {
    package let server: RedisServer
    package let port: UInt16
    private let directory: TemporaryDirectory

    /// - Parameters:
    ///   - files: of the server's certificate and key; copied, so that `replace` can change them.
    ///   - clients: `--tls-auth-clients`.
    package init(
        _ authority: TestAuthority, _ files: CertificateFiles? = nil, clients: String = "no",
        arguments: [String] = []
    ) throws {
        directory = try TemporaryDirectory()
        port = try FreePort.find()
        try TLSRedisServer.copy(files ?? authority.server, to: directory)
        server = try RedisServer(
            [
                "--tls-port", "\(port)", "--tls-cert-file", directory.path(of: "redis.pem"),
                "--tls-key-file", directory.path(of: "redis.key"), "--tls-ca-cert-file",
                authority.path, "--tls-auth-clients", clients, "--bind", "127.0.0.1", "127.0.0.2",
            ] + arguments)
    }

    /// Gives the server another certificate, which counts from its next start on.
    package func replace(_ files: CertificateFiles) throws {
        try TLSRedisServer.copy(files, to: directory)
    }

    private static func copy(_ files: CertificateFiles, to directory: TemporaryDirectory) throws {
        try files.copy(
            certificate: directory.path(of: "redis.pem"), key: directory.path(of: "redis.key"))
    }
}
