import OpenSSL
import Testing

struct SHA256ContextTests {
    @Test func `one message after the other has its own digest`() {
        var context = SHA256Context()
        for count in [0, 1, 55, 56, 63, 64, 65, 1_000, 0, 100_000] {
            let message = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
            let digest = context.hash(message.span)
            #expect(digest.indices.map { digest[$0] } == SHA256.hash(message.span))
        }
    }

    @Test func `the example of FIPS 180-4 has its digest`() {
        var context = SHA256Context()
        let digest = context.hash("abc".utf8.span)
        let text = digest.indices.map { String(digest[$0], radix: 16) }.joined(separator: " ")
        #expect(
            text == "ba 78 16 bf 8f 1 cf ea 41 41 40 de 5d ae 22 23 "
                + "b0 3 61 a3 96 17 7a 9c b4 10 ff 61 f2 0 15 ad")
    }
}
