/// Two lower-case hexadecimal digits for each byte.
func hexadecimal(_ bytes: Span<UInt8>) -> String {
    func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
    var digits: [UInt8] = []
    digits.reserveCapacity(bytes.count * 2)
    for i in 0..<bytes.count {
        digits.append(digit(bytes[i] >> 4))
        digits.append(digit(bytes[i] & 15))
    }
    return String(decoding: digits, as: UTF8.self)
}
