import OpenSSL
import Testing

@Suite struct SecretBytesTests {
    @Test(arguments: [0, 1, 32, 4096])
    func `the bytes are those that were given`(count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let secret = SecretBytes(copying: bytes.span)
        #expect(secret.count == count)
        #expect(secret.withBytes { span in span.indices.map { span[$0] } } == bytes)
    }

    @Test func `an array that is wiped is overwritten where it was, and empty`() {
        var bytes = [UInt8](repeating: 7, count: 100)
        SecretBytes.wipe(&bytes)
        #expect(bytes == [])
    }

    @Test func `bytes that were wiped are nobody's key`() async {
        await #expect(processExitsWith: .failure) {
            let secret = SecretBytes(copying: [1, 2, 3].span)
            secret.wipe()
            secret.withBytes { _ in }
        }
    }

    @Test func `no way to print it shows it`() {
        let secret = SecretBytes(copying: [107, 107, 107].span)
        var dumped = "\(secret) \(String(reflecting: secret))"
        dump(secret, to: &dumped)
        #expect(!dumped.contains("107") && dumped.contains("(secret)"))
    }
}
