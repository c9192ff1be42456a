internal import JSON

/// What a token's bearer must prove to have, by its claim `cnf` (RFC 7800 §3.1).
enum Confirmation {
    /// The bearer alone is enough.
    case none
    /// The private key of the client certificate whose DER has this SHA-256 (RFC 8705 §3.1).
    case certificate([UInt8])
    /// Another key, several keys, or another form: it is not checked here.
    case other

    private static let digestBytes = 32

    /// Reads the value that begins here, which is `other` unless it is of the one form that is
    /// known, with nothing beside it.
    init(_ scanner: inout JSONScanner) throws(JSONError) {
        guard try scanner.peek() == .object else {
            try scanner.skipValue()
            self = .other
            return
        }
        var digest: [UInt8]?
        var isKnown = true
        try scanner.beginObject()
        while let name = try scanner.nextName() {
            guard scanner.equals(name, "x5t#S256"), try scanner.peek() == .string else {
                isKnown = false
                try scanner.skipValue()
                continue
            }
            let text = scanner.unescaped(try scanner.string())
            var bytes: [UInt8] = []
            if Base64URL.decode(text.span, into: &bytes) == Confirmation.digestBytes {
                digest = bytes
            }
        }
        if isKnown, let digest { self = .certificate(digest) } else { self = .other }
    }

    var certificate: [UInt8]? {
        if case .certificate(let digest) = self { digest } else { nil }
    }
}
