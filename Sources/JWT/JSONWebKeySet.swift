package import JSON
package import OpenSSL

/// What an issuer publishes its keys as (RFC 7517 §5): the keys of it that are used, and those that
/// are not, with the reason.
package struct JSONWebKeySet: Sendable {
    package struct Limits: Sendable {
        package static let bytesMax = 65_536
        package static let keysMax = 32
        /// A set is an object with an array of objects, whose members are at most arrays.
        static let depthMax = 8
    }

    /// At least one, in the order of the set. One without `id` has no other beside it.
    package let keys: [JSONWebKey]
    package let skipped: [SkippedKey]

    /// Throws for a set of which no key is used. A key that is not understood or not acceptable
    /// does not spoil the others (RFC 7517 §5): it may be for another purpose.
    package init(_ json: Span<UInt8>) throws(JSONWebKeySetError) {
        guard json.count <= Limits.bytesMax else {
            throw .tooLarge(bytesMax: Limits.bytesMax)
        }
        var members: [JSONWebKeyMembers]?
        do throws(JSONError) {
            var scanner = JSONScanner(json, depthMax: Limits.depthMax)
            try scanner.beginObject()
            while let name = try scanner.nextName() {
                if scanner.equals(name, "keys") {
                    members = try JSONWebKeySet.members(&scanner)
                } else {
                    try scanner.skipValue()
                }
            }
            try scanner.finish()
        } catch {
            throw .malformed(error)
        }
        guard let members else { throw .noKeyList }
        guard members.count <= Limits.keysMax else { throw .tooManyKeys(max: Limits.keysMax) }
        var ids: Set<[UInt8]> = []
        for case .text(let id) in members.map(\.id) where !ids.insert(id).inserted {
            throw .duplicateID
        }
        (keys, skipped) = JSONWebKeySet.sorted(members)
        guard !keys.isEmpty else { throw .noUsableKey(skipped) }
    }

    /// One more than there may be, if there are more.
    private static func members(
        _ scanner: inout JSONScanner
    ) throws(JSONError) -> [JSONWebKeyMembers] {
        var all: [JSONWebKeyMembers] = []
        try scanner.beginArray()
        while try scanner.nextElement() {
            if all.count > Limits.keysMax {
                try scanner.skipValue()
            } else {
                all.append(try JSONWebKeyMembers(&scanner))
            }
        }
        return all
    }

    private static func sorted(
        _ members: [JSONWebKeyMembers]
    ) -> (keys: [JSONWebKey], skipped: [SkippedKey]) {
        var keys: [(place: Int, key: JSONWebKey)] = []
        var skipped: [(place: Int, key: SkippedKey)] = []
        for (place, members) in members.enumerated() {
            do throws(SkippedKeyReason) {
                keys.append((place, try JSONWebKey(members)))
            } catch {
                skipped.append((place, SkippedKey(id: members.shownID, reason: error)))
            }
        }
        if keys.count > 1 {
            skipped += keys.filter { $0.key.id == nil }.map {
                ($0.place, SkippedKey(id: nil, reason: .noID))
            }
            keys.removeAll { $0.key.id == nil }
        }
        return (keys.map(\.key), skipped.sorted { $0.place < $1.place }.map(\.key))
    }
}

/// A key that signatures are verified with.
package struct JSONWebKey: Equatable, Sendable {
    /// `kid`; 1 to 256 bytes without control characters.
    package let id: String?
    let numbers: PublicKey

    /// The only one that the key is used with.
    package var algorithm: TokenAlgorithm {
        switch numbers {
        case .rsa: .rs256
        case .p256: .es256
        case .ed25519: .edDSA
        }
    }

    /// What is the same of equal keys alone.
    package var fingerprint: [UInt8] {
        switch numbers {
        case .rsa(let modulus, let exponent): modulus + [0] + exponent
        case .p256(let x, let y): x + y
        case .ed25519(let bytes): bytes
        }
    }
}

/// A key of a set that is not used.
package struct SkippedKey: Equatable, Sendable {
    /// `kid`, where it has an acceptable one.
    package let id: String?
    package let reason: SkippedKeyReason
}

/// Why it is not.
package enum SkippedKeyReason: Error, Equatable, Sendable, CustomStringConvertible {
    /// `kid` is not a string of 1 to 256 bytes without control characters.
    case unacceptableID
    /// Without `kid` in a set of several.
    case noID
    /// A secret (`oct`), which must not be in what anyone can read.
    case secret
    /// Members of a private key: anyone who has read the set can sign with it.
    case privateMembers
    /// `kty` and `crv` of no key that is used.
    case unsupportedKind
    /// `use` or `key_ops` say that it is for something else.
    case otherUse
    /// `alg` is not the one algorithm that such a key is used with.
    case otherAlgorithm
    /// A member that is missing, or not of its form.
    case member(String)
    case key(PublicKeyError)

    package var description: String {
        switch self {
        case .unacceptableID: "kid: not a string of 1 to 256 bytes without control characters"
        case .noID: "no kid, expected one in a set of several keys"
        case .secret: "kty oct: a secret, expected public keys"
        case .privateMembers: "members of a private key, expected those of a public key"
        case .unsupportedKind: "kty and crv: expected RSA, EC with P-256 or OKP with Ed25519"
        case .otherUse: "use or key_ops: not for verifying signatures"
        case .otherAlgorithm: "alg: expected RS256 for RSA, ES256 for P-256, EdDSA for Ed25519"
        case .member(let name): "\(name): missing or malformed"
        case .key(let error): error.description
        }
    }
}

/// Why a set is refused as a whole.
package enum JSONWebKeySetError: Error, Equatable, Sendable, CustomStringConvertible {
    case tooLarge(bytesMax: Int)
    case malformed(JSONError)
    /// Without `keys`.
    case noKeyList
    case tooManyKeys(max: Int)
    /// Two keys with the same `kid`: which of them is meant is not known.
    case duplicateID
    case noUsableKey([SkippedKey])

    package var description: String {
        switch self {
        case .tooLarge(let bytesMax): "larger than \(bytesMax) bytes"
        case .malformed(let error): "not a JSON object with an array of keys, \(error)"
        case .noKeyList: "no member keys, expected an array of keys"
        case .tooManyKeys(let max): "more than \(max) keys"
        case .duplicateID: "two keys with the same kid"
        case .noUsableKey(let skipped):
            "no key that can be used"
                + skipped.map { "; \($0.id ?? "without kid"): \($0.reason)" }.joined()
        }
    }
}
