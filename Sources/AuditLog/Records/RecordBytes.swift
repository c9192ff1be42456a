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
    /// A body's beginning.
    init(bodyOf event: AuditEvent, unixMilliseconds: Int64) {
        self = []
        appendBodyStart(event, unixMilliseconds: unixMilliseconds)
    }

    /// Appends what every body begins with.
    mutating func appendBodyStart(_ event: AuditEvent, unixMilliseconds: Int64) {
        appendMember(",\"time\":\"", unixMilliseconds: unixMilliseconds)
        appendMember(",\"event\":\"", event.rawValue.utf8.span)
    }

    /// Appends a member with a number.
    ///
    /// - Parameter start: here and below all bytes before the value.
    mutating func appendMember(_ start: StaticString, _ number: Int) {
        appendLiteral(start)
        appendDecimal(number)
    }

    /// Appends a member with a text that has only bytes that JSON takes as they are.
    mutating func appendMember(_ start: StaticString, _ text: Span<UInt8>) {
        appendLiteral(start)
        appendBytes(text)
        appendLiteral("\"")
    }

    /// Appends a member with a moment.
    mutating func appendMember(_ start: StaticString, unixMilliseconds: Int64) {
        appendLiteral(start)
        Timestamp.append(unixMilliseconds: unixMilliseconds, to: &self)
        appendLiteral("\"")
    }

    /// Appends a member with the pseudonym that an HMAC of a name is the beginning of.
    mutating func appendMember(_ start: StaticString, pseudonym mac: InlineArray<32, UInt8>) {
        appendLiteral(start)
        appendPseudonym(mac)
        appendLiteral("\"")
    }

    /// Appends a member with the pseudonym of a name.
    mutating func appendMember(_ start: StaticString, pseudonymOf name: [UInt8], key: [UInt8]) {
        var mac = HMACSHA256(key: key.span)
        appendMember(start, pseudonym: mac.digest(of: name.span))
    }

    /// Appends the members of the client's address and of its proxy's; nothing for an empty one.
    mutating func appendPeer(_ peer: Span<UInt8>, proxy: Span<UInt8>) {
        if !peer.isEmpty { appendMember(",\"peer\":\"", peer) }
        if !proxy.isEmpty { appendMember(",\"proxy\":\"", proxy) }
    }

    /// Appends the members of a client's certificate; nothing without one.
    mutating func appendClient(_ client: TLSPeerName?) {
        guard let client else { return }
        let (name, fingerprint) = (client.commonName, client.fingerprint)
        appendLiteral(",\"client\":")
        appendQuoted(name.span)
        appendLiteral(",\"client_sha256\":\"")
        appendHexadecimal(fingerprint.span)
        appendLiteral("\"")
    }

    /// Appends what of an HMAC stands for a name.
    package mutating func appendPseudonym(_ mac: InlineArray<32, UInt8>) {
        appendHexadecimal(mac.span.extracting(first: AuditLimits.pseudonymBytes))
    }
}
