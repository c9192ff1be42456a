internal import JSON
internal import OpenSSL

/// The members of one key that are looked at (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2).
struct JSONWebKeyMembers {
    enum Member: Equatable {
        case absent
        /// Another value than a string.
        case malformed
        case text([UInt8])

        /// Whether it is there and not this text.
        func isOther(than texts: String...) -> Bool {
            self != .absent && !texts.contains { self == .text(Array($0.utf8)) }
        }
    }

    private(set) var id = Member.absent
    private(set) var kind = Member.absent
    private(set) var curve = Member.absent
    private(set) var algorithm = Member.absent
    private(set) var modulus = Member.absent
    private(set) var exponent = Member.absent
    private(set) var x = Member.absent
    private(set) var y = Member.absent
    private(set) var isPrivate = false
    /// Whether `use` and `key_ops` allow it.
    private(set) var isForVerifying = true

    /// Reads the key that begins here.
    init(_ scanner: inout JSONScanner) throws(JSONError) {
        try scanner.beginObject()
        while let name = try scanner.nextName() { try read(scanner.unescaped(name), &scanner) }
    }

    private mutating func read(
        _ name: [UInt8], _ scanner: inout JSONScanner
    ) throws(JSONError) {
        switch String(decoding: name, as: UTF8.self) {
        case "kid": id = try JSONWebKeyMembers.member(&scanner)
        case "kty": kind = try JSONWebKeyMembers.member(&scanner)
        case "crv": curve = try JSONWebKeyMembers.member(&scanner)
        case "alg": algorithm = try JSONWebKeyMembers.member(&scanner)
        case "n": modulus = try JSONWebKeyMembers.member(&scanner)
        case "e": exponent = try JSONWebKeyMembers.member(&scanner)
        case "x": x = try JSONWebKeyMembers.member(&scanner)
        case "y": y = try JSONWebKeyMembers.member(&scanner)
        case "use":
            if try JSONWebKeyMembers.member(&scanner).isOther(than: "sig") {
                isForVerifying = false
            }
        case "key_ops":
            if try !JSONWebKeyMembers.holdsVerify(&scanner) { isForVerifying = false }
        case "d", "p", "q", "dp", "dq", "qi", "oth", "k":
            isPrivate = true
            try scanner.skipValue()
        case _: try scanner.skipValue()
        }
    }

    private static func member(_ scanner: inout JSONScanner) throws(JSONError) -> Member {
        guard try scanner.peek() == .string else {
            try scanner.skipValue()
            return .malformed
        }
        return .text(scanner.unescaped(try scanner.string()))
    }

    private static func holdsVerify(_ scanner: inout JSONScanner) throws(JSONError) -> Bool {
        guard try scanner.peek() == .array else {
            try scanner.skipValue()
            return false
        }
        var isFound = false
        try scanner.beginArray()
        while try scanner.nextElement() {
            if try member(&scanner) == .text(Array("verify".utf8)) { isFound = true }
        }
        return isFound
    }

    /// `kid`, where it is acceptable.
    var shownID: String? {
        guard case .text(let bytes) = id, Identifier.isAcceptable(bytes.span) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The bytes that a member spells in base64url.
    fileprivate func number(_ member: Member, _ name: String) throws(SkippedKeyReason) -> [UInt8] {
        guard case .text(let text) = member else { throw .member(name) }
        var bytes: [UInt8] = []
        guard let count = Base64URL.decode(text.span, into: &bytes), count > 0 else {
            throw .member(name)
        }
        return Array(bytes.prefix(count))
    }
}

extension JSONWebKey {
    /// Throws for a key that is not used.
    init(_ members: JSONWebKeyMembers) throws(SkippedKeyReason) {
        guard members.id == .absent || members.shownID != nil else { throw .unacceptableID }
        id = members.shownID
        guard members.kind.isOther(than: "oct") else {
            if members.kind == .absent { throw .member("kty") }
            throw .secret
        }
        guard !members.isPrivate else { throw .privateMembers }
        guard members.isForVerifying else { throw .otherUse }
        let algorithms: [String]
        switch (members.kind, members.curve) {
        case (.text(Array("RSA".utf8)), _):
            algorithms = ["RS256", "RS256"]
            numbers = .rsa(
                modulus: try members.number(members.modulus, "n"),
                exponent: try members.number(members.exponent, "e"))
        case (.text(Array("EC".utf8)), .text(Array("P-256".utf8))):
            algorithms = ["ES256", "ES256"]
            numbers = .p256(
                x: try members.number(members.x, "x"), y: try members.number(members.y, "y"))
        case (.text(Array("OKP".utf8)), .text(Array("Ed25519".utf8))):
            algorithms = ["EdDSA", "Ed25519"]
            numbers = .ed25519(try members.number(members.x, "x"))
        case (.absent, _), (.malformed, _), (.text, _): throw .unsupportedKind
        }
        guard !members.algorithm.isOther(than: algorithms[0], algorithms[1]) else {
            throw .otherAlgorithm
        }
        do throws(PublicKeyError) { _ = try SignatureVerifier(numbers) } catch { throw .key(error) }
    }
}
