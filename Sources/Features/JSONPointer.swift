/// A place in a JSON document, in the two spellings of RFC 6901.
package struct JSONPointer: Equatable, Sendable {
    /// The pointer as a string (§3), as `/properties/tenure`; empty for the whole document.
    package private(set) var text: String

    /// The whole document.
    package static let root = JSONPointer(text: "")

    private init(text: String) { self.text = text }

    /// The member `name` of the object this points at.
    package func appending(_ name: String) -> JSONPointer {
        var token: [UInt8] = []
        // RFC 6901 §3: `~` is written `~0` and `/` is written `~1`.
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "~"): token += [UInt8(ascii: "~"), UInt8(ascii: "0")]
            case UInt8(ascii: "/"): token += [UInt8(ascii: "~"), UInt8(ascii: "1")]
            default: token.append(byte)
            }
        }
        return JSONPointer(text: text + "/" + String(decoding: token, as: UTF8.self))
    }

    /// The element `index` of the array this points at.
    package func appending(_ index: Int) -> JSONPointer { JSONPointer(text: "\(text)/\(index)") }

    /// The pointer as the fragment of a URI (§6), for example `#/tenure`.
    package var fragment: String {
        var bytes = [UInt8(ascii: "#")]
        for byte in text.utf8 {
            if JSONPointer.mayStandInFragment(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), hexDigit(byte >> 4), hexDigit(byte & 15)]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }

    // RFC 3986 §3.5: fragment = *( pchar / "/" / "?" ); pchar is unreserved, sub-delims, ":", "@".
    private static func mayStandInFragment(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default:
            fragmentPunctuation.contains(byte)
        }
    }

    private static let fragmentPunctuation: [UInt8] = Array("-._~!$&'()*+,;=:@/?".utf8)
}
