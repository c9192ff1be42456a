internal import JWT
internal import POSIX

/// The secret that tokens are signed with, from where churnd has it too.
enum TokenSecret {
    /// A file that is larger holds no secret but was named by mistake.
    static let fileBytesMax = 65_536

    /// The secret in the file at `filePath`, else that of the environment; nil where neither says
    /// one.
    static func read(filePath: String?) throws -> [UInt8]? {
        if let filePath { return try contents(of: filePath) }
        let environment = Environment.variables()
        switch (environment["JWT_SECRET"], environment["JWT_SECRET_FILE"]) {
        case (.some, .some): throw TokenSecretError.variableAndFile
        case (let secret?, nil): return Array(secret.utf8)
        case (nil, let path?): return try contents(of: path)
        case (nil, nil): return nil
        }
    }

    private static func contents(of path: String) throws(FileError) -> [UInt8] {
        SigningKeys.secret(fromFile: try Files.read(path, bytesMax: fileBytesMax))
    }
}

/// Why no secret can be said to be the one that is meant.
enum TokenSecretError: Error, CustomStringConvertible {
    case variableAndFile

    var description: String {
        "JWT_SECRET: set together with JWT_SECRET_FILE, wanted one of them or --secret-file"
    }
}
