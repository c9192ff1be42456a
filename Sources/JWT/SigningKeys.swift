package import OpenSSL

/// The secrets tokens are signed with: one, or several, distinguished by the `kid` of a token's
/// header.
package struct SigningKeys: Sendable {
    /// RFC 7518 §3.2: a key is at least as long as the hash's output.
    package static let secretBytesMin = 32

    enum Choice: Sendable {
        /// `kid` is ignored.
        case single(secret: SecretBytes)
        /// `kid` must be one of these.
        case named([[UInt8]: SecretBytes])
    }

    let choice: Choice

    /// One secret for every token, whatever its `kid`.
    package init(sharing secret: SecretBytes) throws(SigningKeyError) {
        try SigningKeys.checkLength(secret.count, id: nil)
        choice = .single(secret: secret)
    }

    /// The same, of bytes that are copied.
    package init(secret: [UInt8]) throws(SigningKeyError) {
        try self.init(sharing: SecretBytes(copying: secret.span))
    }

    /// A secret for each `kid`; at least one.
    package init(sharing keys: [(id: String, secret: SecretBytes)]) throws(SigningKeyError) {
        guard !keys.isEmpty else { throw .noKeys }
        var secrets: [[UInt8]: SecretBytes] = [:]
        for key in keys {
            guard !key.id.isEmpty else { throw .emptyID }
            try SigningKeys.checkLength(key.secret.count, id: key.id)
            guard secrets.updateValue(key.secret, forKey: Array(key.id.utf8)) == nil else {
                throw .duplicateID(key.id)
            }
        }
        choice = .named(secrets)
    }

    /// The same, of bytes that are copied.
    package init(named keys: [(id: String, secret: [UInt8])]) throws(SigningKeyError) {
        try self.init(sharing: keys.map { ($0.id, SecretBytes(copying: $0.secret.span)) })
    }

    /// Overwrites the secrets, once all verifiers have been made of them.
    package func wipe() {
        switch choice {
        case .single(let secret): secret.wipe()
        case .named(let secrets): secrets.values.forEach { $0.wipe() }
        }
    }

    /// The secret a file holds: its bytes, but for one line feed at their end, which editors and
    /// `echo` put there.
    package static func secret(fromFile bytes: [UInt8]) -> [UInt8] {
        bytes.last == UInt8(ascii: "\n") ? Array(bytes.dropLast()) : bytes
    }

    /// Throws for a secret that is shorter than `secretBytesMin`.
    static func checkLength(_ count: Int, id: String?) throws(SigningKeyError) {
        guard count >= secretBytesMin else {
            throw .weakKey(id: id, bytes: count, bytesMin: secretBytesMin)
        }
    }
}

/// A description and a mirror that cannot carry a secret into a log.
extension SigningKeys: CustomStringConvertible, CustomReflectable {
    package var description: String {
        switch choice {
        case .single: "one key"
        case .named(let keys): "\(keys.count) named keys"
        }
    }

    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why secrets cannot be used as keys. No case carries anything of a secret.
package enum SigningKeyError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The secret is too short; `id` is the `kid` it was given for, if any.
    case weakKey(id: String?, bytes: Int, bytesMin: Int)
    case noKeys
    case emptyID
    case duplicateID(String)

    package var description: String {
        switch self {
        case .weakKey(let id, let bytes, let bytesMin):
            "\(id.map { "key \($0)" } ?? "secret"): \(bytes) bytes, expected at least \(bytesMin)"
        case .noKeys: "no keys, expected at least one"
        case .emptyID: "a key without a name, expected its kid"
        case .duplicateID(let id): "key \(id): given twice"
        }
    }
}
