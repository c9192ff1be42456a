internal import Glibc
internal import POSIX

/// A key pair of minisign's own program, which signs files as its users do.
package final class Minisign {
    private static let program = "/usr/bin/minisign"

    private let directory: TemporaryDirectory
    package var publicKeyPath: String { directory.path(of: "key.pub") }

    package init() throws {
        directory = try TemporaryDirectory()
        try run(["-G", "-W", "-p", publicKeyPath, "-s", directory.path(of: "key")])
    }

    /// The lines of the public key's file: a comment that names it, and the key in Base64.
    package var publicKey: (comment: String, key: String) {
        get throws {
            let bytes = try Files.read(publicKeyPath, bytesMax: 1000)
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(
                String.init)
            return (lines[0], lines[1])
        }
    }

    /// The number of the key as minisign shows it.
    package var keyID: String {
        get throws { String(try publicKey.comment.split(separator: " ").last ?? "") }
    }

    /// Writes the signature of a file beside it, with `.minisig` behind its name.
    ///
    /// - Parameter isLegacy: the file itself is signed, as releases of minisign before 0.10 do, and
    ///   not its digest.
    package func sign(_ path: String, comment: String = "made for a test", isLegacy: Bool = false)
        throws
    {
        let key = directory.path(of: "key")
        try run(["-S", "-s", key, "-m", path, "-t", comment] + (isLegacy ? ["-l"] : []))
    }

    private func run(_ arguments: [String]) throws {
        let process = try ChildProcess(Minisign.program, arguments)
        guard try process.waitForExit() == .code(0) else {
            throw ChildProcess.Failure(description: "minisign \(arguments): \(process.errors)")
        }
    }
}
