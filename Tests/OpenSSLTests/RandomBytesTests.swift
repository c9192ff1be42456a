import OpenSSL
import Testing

struct RandomBytesTests {
    @Test(arguments: [0, 1, 16, 32, 4096])
    func `as many bytes come as were asked for`(count: Int) {
        #expect(RandomBytes.make(count).count == count)
        #expect(RandomBytes.hexadecimalText(count).utf8.count == 2 * count)
    }

    @Test func `two draws of 16 bytes differ`() {
        #expect(RandomBytes.make(16) != RandomBytes.make(16))
    }

    @Test func `every value of a byte occurs among 64 KiB`() {
        #expect(Set(RandomBytes.make(65_536)).count == 256)
    }

    @Test func `hexadecimal text has lower-case digits only`() {
        let text = RandomBytes.hexadecimalText(4096)
        #expect(Set(text) == Set("0123456789abcdef"))
    }
}
