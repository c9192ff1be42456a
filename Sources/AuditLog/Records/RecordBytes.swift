internal import Bytes
internal import JSON
internal import OpenSSL

extension Array<UInt8> {
    /// Appends a JSON string with its quotation marks.
    mutating func appendQuoted(_ text: Span<UInt8>) {
        var writer = JSONWriter(appendingTo: self)
        // The writer is the bytes' only owner, so that it need not copy them.
        self = []
        writer.string(text)
        self = writer.finish()
    }

    /// Appends a JSON number as answers write probabilities.
    mutating func appendProbability(_ probability: Float) {
        var writer = JSONWriter(appendingTo: self)
        self = []
        writer.number(Double(probability), decimals: AuditFormat.probabilityDecimals)
        self = writer.finish()
    }
}

extension Array<UInt8> {
    /// Appends what every body begins with.
    mutating func appendBodyStart(_ event: AuditEvent, unixMilliseconds: Int64) {
        appendLiteral(",\"time\":\"")
        Timestamp.append(unixMilliseconds: unixMilliseconds, to: &self)
        appendLiteral("\",\"event\":\"")
        append(contentsOf: event.rawValue.utf8)
        appendLiteral("\"")
    }

    /// Appends the member of an address; nothing for an empty one.
    mutating func appendPeer(_ peer: Span<UInt8>) {
        guard !peer.isEmpty else { return }
        appendLiteral(",\"peer\":\"")
        // An address has only bytes that JSON takes as they are.
        appendBytes(peer)
        appendLiteral("\"")
    }

    /// Appends what of an HMAC stands for a name.
    mutating func appendPseudonym(_ mac: InlineArray<32, UInt8>) {
        appendHexadecimal(mac.span.extracting(first: AuditLimits.pseudonymBytes))
    }

    mutating func appendPseudonym(of name: [UInt8], key: [UInt8]) {
        var mac = HMACSHA256(key: key.span)
        appendPseudonym(mac.digest(of: name.span))
    }
}
