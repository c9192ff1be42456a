/// What Redis answers to a command (RESP2).
package enum RedisReply: Equatable, Sendable {
    case status([UInt8])
    /// The text after the minus sign, such as `NOSCRIPT No matching script.`
    case error([UInt8])
    case integer(Int64)
    case bulk([UInt8])
    /// `$-1` or `*-1`.
    case null
    case array([RedisReply])
}

/// What an error reply is about, by its first word.
package struct RedisErrorCode: Equatable, Hashable, Sendable, CustomStringConvertible {
    /// Longer first words are no codes of Redis.
    private static let bytesMax = 24

    /// Upper-case letters, such as `LOADING`; `ERR` when the text begins with something else.
    package let description: String

    package init(of error: [UInt8]) {
        let word = error.prefix { $0 != UInt8(ascii: " ") }
        let isCode =
            1...RedisErrorCode.bytesMax ~= word.count
            && word.allSatisfy { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 }
        // Nothing else of the text is kept: it may repeat what was sent.
        description = isCode ? String(decoding: word, as: UTF8.self) : "ERR"
    }

    private init(_ code: String) { description = code }

    /// What the script of revocations and quotas answers with when the marker key is missing.
    package static let noMarker = RedisErrorCode("NOMARKER")
    package static let noScript = RedisErrorCode("NOSCRIPT")
    package static let readOnly = RedisErrorCode("READONLY")
    package static let wrongType = RedisErrorCode("WRONGTYPE")
}
