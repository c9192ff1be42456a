package import OpenSSL

/// The keys tokens are signed with: one secret, or several keys, distinguished by the `kid` of a
/// token's header. A key has one algorithm.
package struct SigningKeys: Sendable {
    /// RFC 7518 §3.2: a key is at least as long as the hash's output.
    package static let secretBytesMin = 32

    enum Key: Sendable {
        /// For HS256.
        case secret(SecretBytes)
        /// Of the issuer, for another algorithm.
        case published(JSONWebKey)
    }

    enum Choice: Sendable {
        /// `kid` is ignored.
        case single(secret: SecretBytes)
        /// `kid` must be one of these; `unnamed` is for tokens without one.
        case named([[UInt8]: Key], unnamed: Key?)
        case secretsInUse
    }

    /// Of the keys that a verifier goes by the secrets alone: those of an issuer are too old, and
    /// the secrets cannot be read again.
    package static let secretsInUse = SigningKeys(.secretsInUse, isIncomplete: true)

    let choice: Choice
    /// Whether keys of an issuer are missing, so that an unknown `kid` may be one of theirs.
    package let isIncomplete: Bool

    private init(_ choice: Choice, isIncomplete: Bool) {
        self.choice = choice
        self.isIncomplete = isIncomplete
    }

    /// Whether they are what is left of those before.
    package var areSecretsInUse: Bool {
        if case .secretsInUse = choice { true } else { false }
    }

    /// One secret for every token, whatever its `kid`.
    package init(sharing secret: SecretBytes) throws(SigningKeyError) {
        try SigningKeys.checkLength(secret.count, id: nil)
        choice = .single(secret: secret)
        isIncomplete = false
    }

    /// The same, of bytes that are copied.
    package init(secret: [UInt8]) throws(SigningKeyError) {
        try self.init(sharing: SecretBytes(copying: secret.span))
    }

    /// A secret for each `kid`, and what an issuer has published; at least one key. The only key
    /// there is serves for tokens without `kid` too, if it is published.
    ///
    /// - Parameter isIncomplete: whether what an issuer has published is not known; then there may
    ///   be no key.
    package init(
        sharing keys: [(id: String, secret: SecretBytes)], published: JSONWebKeySet? = nil,
        isIncomplete: Bool = false
    ) throws(SigningKeyError) {
        let publishedKeys = published?.keys ?? []
        guard !keys.isEmpty || !publishedKeys.isEmpty || isIncomplete else { throw .noKeys }
        self.isIncomplete = isIncomplete
        var all: [[UInt8]: Key] = [:]
        for key in keys {
            guard !key.id.isEmpty else { throw .emptyID }
            try SigningKeys.checkLength(key.secret.count, id: key.id)
            guard all.updateValue(.secret(key.secret), forKey: Array(key.id.utf8)) == nil else {
                throw .duplicateID(key.id)
            }
        }
        let isAlone = keys.isEmpty && publishedKeys.count == 1
        for key in publishedKeys {
            guard let id = key.id else {
                guard isAlone else { throw .emptyID }
                continue
            }
            guard all.updateValue(.published(key), forKey: Array(id.utf8)) == nil else {
                throw .duplicateID(id)
            }
        }
        choice = .named(all, unnamed: isAlone ? .published(publishedKeys[0]) : nil)
    }

    /// The same, of bytes that are copied.
    package init(named keys: [(id: String, secret: [UInt8])]) throws(SigningKeyError) {
        try self.init(sharing: keys.map { ($0.id, SecretBytes(copying: $0.secret.span)) })
    }

    /// Overwrites the secrets, once all verifiers have been made of them.
    package func wipe() {
        switch choice {
        case .single(let secret): secret.wipe()
        case .named(let keys, unnamed: _):
            for case .secret(let secret) in keys.values { secret.wipe() }
        case .secretsInUse: break
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
        case .named(let keys, unnamed: _): "\(keys.count) named keys"
        case .secretsInUse: "the secrets in use"
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
        case .emptyID: "a key without a kid beside others, expected it to have one"
        case .duplicateID(let id): "key \(id): given twice"
        }
    }
}
