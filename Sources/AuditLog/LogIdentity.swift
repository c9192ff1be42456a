internal import Bytes
internal import OpenSSL

/// What distinguishes one log from another that is written with the same key, such as another
/// replica's: made at random when the log begins, and part of what every MAC is over.
package struct LogIdentity: Equatable, Sendable, CustomStringConvertible {
    /// Lower-case hexadecimal, `AuditFormat.identityDigits` of them.
    let digits: [UInt8]

    /// A new one.
    init() { digits = Array(RandomBytes.hexadecimalText(AuditFormat.identityDigits / 2).utf8) }

    /// Nil unless `digits` are those of an identity.
    init?(_ digits: Span<UInt8>) {
        guard digits.count == AuditFormat.identityDigits,
            digits.allSatisfy(ASCII.isLowercaseHexadecimal)
        else { return nil }
        self.digits = Array(copying: digits)
    }

    /// Nil for text that is not an identity.
    package init?(_ text: String) { self.init(Array(text.utf8).span) }

    package var description: String { String(decoding: digits, as: UTF8.self) }
}

/// Makes and verifies the MACs of one log's records. A MAC is over the identity and the hash: the
/// hash is over all else, and a MAC over whole lines would read every byte a second time.
package struct RecordAuthenticator: ~Copyable {
    private var mac: HMACSHA256
    /// The identity, followed by the digits of a hash.
    private var message: [UInt8]

    package init(_ keys: AuditKeys, _ identity: LogIdentity) {
        mac = HMACSHA256(key: keys.record.span)
        message = identity.digits + AuditFormat.noHash
    }

    /// - Parameter hash: its digits.
    mutating func digest(of hash: Span<UInt8>) -> InlineArray<32, UInt8> {
        for index in 0..<AuditFormat.digestDigits {
            message[AuditFormat.identityDigits + index] = hash[index]
        }
        // The MAC and what it is over cannot be borrowed from one value at a time.
        let message = message
        return mac.digest(of: message.span)
    }

    /// Whether a record was written with the key, for this log; false where it has no MAC.
    ///
    /// - Parameter line: the one that `record` was read from.
    package mutating func accepts(_ record: AuditRecordLine, _ line: Span<UInt8>) -> Bool {
        guard let mac = record.mac else { return false }
        let expected = digest(of: line.extracting(record.hashDigits))
        // Nothing is gained by comparing in constant time: the file is there to be read.
        var digits: [UInt8] = []
        digits.appendHexadecimal(expected.span.extracting(first: AuditFormat.recordMACDigits / 2))
        return line.extracting(mac).equals(digits.span)
    }
}
