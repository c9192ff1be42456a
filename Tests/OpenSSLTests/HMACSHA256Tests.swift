import OpenSSL
import Testing

/// A key, a message and their MAC, of RFC 4231 §4.
struct MACExample: Sendable {
    let key: [UInt8]
    let message: [UInt8]
    let mac: [UInt8]

    init(_ key: [UInt8], _ message: [UInt8], _ mac: String) {
        self.key = key
        self.message = message
        let digits = mac.utf8.map { $0 < 58 ? $0 - 48 : $0 - 87 }
        self.mac = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    static let all = [
        MACExample(
            Array(repeating: 0x0b, count: 20), Array("Hi There".utf8),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        MACExample(
            Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        MACExample(
            Array(repeating: 0xaa, count: 20), Array(repeating: 0xdd, count: 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        MACExample(
            Array(1...25), Array(repeating: 0xcd, count: 50),
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        MACExample(
            Array(repeating: 0xaa, count: 131),
            Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
        MACExample(
            Array(repeating: 0xaa, count: 131),
            Array(
                ("This is a test using a larger than block-size key and a larger than block-size"
                    + " data. The key needs to be hashed before being used by the HMAC algorithm.")
                    .utf8),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
    ]
}

struct HMACSHA256Tests {
    @Test(arguments: MACExample.all)
    func `the examples of RFC 4231 have their MACs`(example: MACExample) {
        var hmac = HMACSHA256(key: example.key.span)
        #expect(hmac.authenticate(example.message.span) == example.mac)
        let valid = hmac.isValid(example.mac.span, for: example.message.span)
        #expect(valid)
    }

    @Test func `a message's MAC does not depend on the messages before it`() {
        let example = MACExample.all[1]
        var hmac = HMACSHA256(key: example.key.span)
        for count in 0..<200 {
            _ = hmac.authenticate([UInt8](repeating: 7, count: count).span)
            #expect(hmac.authenticate(example.message.span) == example.mac)
        }
    }

    @Test func `two keyed contexts do not mix`() {
        let first = MACExample.all[0]
        let second = MACExample.all[4]
        var firstHMAC = HMACSHA256(key: first.key.span)
        var secondHMAC = HMACSHA256(key: second.key.span)
        #expect(firstHMAC.authenticate(first.message.span) == first.mac)
        #expect(secondHMAC.authenticate(second.message.span) == second.mac)
        #expect(firstHMAC.authenticate(first.message.span) == first.mac)
    }

    @Test func `a kept MAC is the one of the message that it was first asked for`() {
        let (first, second) = (Array("first".utf8), Array("second".utf8))
        var mac = HMACSHA256(key: Array("key".utf8).span)
        let kept = KeptMAC()
        let expected = mac.authenticate(first.span)
        func bytes(_ message: [UInt8], _ kept: KeptMAC?) -> [UInt8] {
            let digest = mac.digest(of: message.span, kept: kept)
            return digest.indices.map { digest[$0] }
        }
        #expect(bytes(first, kept) == expected)
        #expect(bytes(second, kept) == expected)
        #expect(bytes(second, nil) == mac.authenticate(second.span))
    }

    @Test func `an empty message has a MAC`() {
        var hmac = HMACSHA256(key: [UInt8](repeating: 1, count: 32).span)
        let empty: [UInt8] = []
        let mac = hmac.authenticate(empty.span)
        #expect(mac.count == HMACSHA256.digestBytes)
        let valid = hmac.isValid(mac.span, for: empty.span)
        #expect(valid)
    }

    @Test func `a MAC with any one bit changed is refused`() {
        let example = MACExample.all[1]
        var hmac = HMACSHA256(key: example.key.span)
        for bit in 0..<256 {
            var mac = example.mac
            mac[bit / 8] ^= 1 << (bit % 8)
            let valid = hmac.isValid(mac.span, for: example.message.span)
            #expect(!valid, "bit \(bit)")
        }
    }

    @Test(arguments: [0, 1, 31, 33, 64])
    func `a MAC of another length is refused`(count: Int) {
        let example = MACExample.all[1]
        var hmac = HMACSHA256(key: example.key.span)
        let mac = Array((example.mac + example.mac).prefix(count))
        let valid = hmac.isValid(mac.span, for: example.message.span)
        #expect(!valid)
    }
}
