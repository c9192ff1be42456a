/// Under which names a token has its identifier, its subject and its scopes: issuers differ.
package struct TokenClaimNames: Equatable, Sendable {
    package static let nameBytesMax = 64
    /// How many claims may hold scopes, and how many names a path to one may have.
    package static let scopePathsMax = 8
    package static let pathNamesMax = 4

    /// Claims that mean the same with every issuer.
    static let reserved: [TokenClaim] = [
        .expiration, .notBefore, .issuedAt, .issuer, .audience, .authenticationTime, .confirmation,
    ]

    let tokenID: [UInt8]
    let subject: [UInt8]
    /// Each is the names from the outermost object inwards.
    let scopes: [[[UInt8]]]

    /// `jti`, `sub` and `scope`.
    package init() {
        tokenID = Array(TokenClaim.tokenID.rawValue.utf8)
        subject = Array(TokenClaim.subject.rawValue.utf8)
        scopes = [[Array(TokenClaim.scope.rawValue.utf8)]]
    }

    /// - Parameter scopes: paths with a space between each two; the names of a path have a dot
    ///   between each two.
    package init(
        tokenID: String, subject: String, scopes: String
    ) throws(TokenRulesError) {
        let id = try TokenClaimNames.name(tokenID)
        let subjectName = try TokenClaimNames.name(subject)
        guard id != subjectName else { throw .claimTwice(subject) }
        self.tokenID = id
        self.subject = subjectName
        self.scopes = try TokenClaimNames.paths(scopes)
        for path in self.scopes where path[0] == id || path[0] == subjectName {
            throw .claimTwice(String(decoding: path[0], as: UTF8.self))
        }
    }

    /// The name of the identifier's claim.
    package var tokenIDText: String { String(decoding: tokenID, as: UTF8.self) }

    /// The bytes of a claim's name that may be configured.
    package static func name(_ text: String) throws(TokenRulesError) -> [UInt8] {
        let isReserved = reserved.contains { $0.rawValue == text }
        guard isPart(text.utf8), !isReserved else { throw .claimName(text) }
        return Array(text.utf8)
    }

    package static func paths(_ text: String) throws(TokenRulesError) -> [[[UInt8]]] {
        let words = text.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard 1...scopePathsMax ~= words.count else { throw .claimCount(max: scopePathsMax) }
        var paths: [[[UInt8]]] = []
        for word in words {
            let parts = word.split(
                separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            guard 1...pathNamesMax ~= parts.count, parts.allSatisfy(isPart) else {
                throw .claimName(String(decoding: word, as: UTF8.self))
            }
            let path = parts.map { Array($0) }
            _ = try name(String(decoding: path[0], as: UTF8.self))
            guard !paths.contains(path) else {
                throw .claimTwice(String(decoding: word, as: UTF8.self))
            }
            paths.append(path)
        }
        return paths
    }

    static func isPart(_ bytes: some Collection<UInt8>) -> Bool {
        1...nameBytesMax ~= bytes.count
            && bytes.allSatisfy {
                0x21...0x7E ~= $0 && $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "=")
            }
    }

    static let reservedText = reserved.map(\.rawValue).joined(separator: ", ")
}

/// A claim that a token must have, and the value that it must have or hold.
package struct RequiredClaim: Equatable, Sendable {
    package static let countMax = 8

    let name: [UInt8]
    /// A string that the claim is, or an array of strings that it is among; nil: any value but
    /// null.
    let value: [UInt8]?

    /// What `jwt.require` spells: `name` or `name=value`, with a space between each two.
    package static func list(_ text: String) throws(TokenRulesError) -> [RequiredClaim] {
        let words = text.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard 1...countMax ~= words.count else { throw .claimCount(max: countMax) }
        var claims: [RequiredClaim] = []
        for word in words {
            let parts = word.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard TokenClaimNames.isPart(parts[0]), parts.count == 1 || !parts[1].isEmpty else {
                throw .claimName(String(decoding: word, as: UTF8.self))
            }
            let claim = RequiredClaim(
                name: Array(parts[0]), value: parts.count == 2 ? Array(parts[1]) : nil)
            guard !claims.contains(where: { $0.name == claim.name }) else {
                throw .claimTwice(String(decoding: claim.name, as: UTF8.self))
            }
            claims.append(claim)
        }
        return claims
    }

    /// For messages.
    var text: String { String(decoding: name, as: UTF8.self) }
}
