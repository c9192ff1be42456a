/// What names a request in its answer and in the log: the caller's own name for it, where it is one
/// that can be repeated safely, or one made here.
package struct RequestID {
    package static let bytesMax = 64
    /// Of a dash and twelve hexadecimal digits.
    fileprivate static let countBytes = 13

    private var storage = InlineArray<64, UInt8>(repeating: 0)
    private var count = 0

    /// Empty: before a request has its name.
    package init() {}

    /// The caller's, when it is 1 to 64 of `[A-Za-z0-9._-]`.
    package init?(_ value: Span<UInt8>) {
        guard 1...RequestID.bytesMax ~= value.count else { return nil }
        for index in value.indices {
            guard RequestID.isAllowed(value[index]) else { return nil }
            storage[index] = value[index]
        }
        count = value.count
    }

    fileprivate init(prefix: [UInt8], number: UInt64) {
        for byte in prefix { append(byte) }
        append(UInt8(ascii: "-"))
        var shift: UInt64 = 40
        while true {
            append(RequestID.hexadecimal(UInt8(truncatingIfNeeded: number >> shift) >> 4))
            append(RequestID.hexadecimal(UInt8(truncatingIfNeeded: number >> shift) & 0xF))
            if shift == 0 { break }
            shift -= 8
        }
    }

    package var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get { storage.span.extracting(first: count) }
    }

    private mutating func append(_ byte: UInt8) {
        storage[count] = byte
        count += 1
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }
}

/// Makes request ids: a random part for each reactor and start of the process, then a count.
package struct RequestIDSource {
    private let prefix: [UInt8]
    private var number: UInt64 = 0

    /// - Parameter prefix: at most 51 bytes that a request id may hold.
    package init(prefix: [UInt8]) {
        precondition(prefix.count <= RequestID.bytesMax - RequestID.countBytes)
        self.prefix = prefix
    }

    package mutating func next() -> RequestID {
        number &+= 1
        return RequestID(prefix: prefix, number: number)
    }
}
