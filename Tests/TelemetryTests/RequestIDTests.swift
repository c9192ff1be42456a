import Telemetry
import Testing

@Suite struct RequestIDTests {
    private static let allowed = Set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-".utf8)

    private func text(_ id: RequestID) -> String {
        let bytes = id.bytes
        return String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
    }

    @Test(arguments: [(0, false), (1, true), (63, true), (64, true), (65, false)])
    func `a caller's id has 1 to 64 bytes`(count: Int, isAccepted: Bool) {
        let name = String(repeating: "x", count: count)
        #expect(RequestID(Array(name.utf8).span).map(text) == (isAccepted ? name : nil))
    }

    @Test func `a caller's id may hold letters, digits, dot, underscore and dash, anywhere`() {
        for byte in UInt8.min...UInt8.max {
            for bytes in [[byte], [byte, 0x61], [0x61, byte], [0x61, byte, 0x61]] {
                let isAccepted = RequestID(bytes.span) != nil
                #expect(isAccepted == RequestIDTests.allowed.contains(byte), "\(bytes)")
            }
        }
    }

    @Test func `an id made here has its prefix, a dash and a count of twelve digits`() {
        var source = RequestIDSource(prefix: Array("0123456789abcdef".utf8))
        #expect(text(source.next()) == "0123456789abcdef-000000000001")
        for _ in 2..<0x1a2b { _ = source.next() }
        #expect(text(source.next()) == "0123456789abcdef-000000001a2b")
    }

    @Test func `the longest prefix makes an id that a caller could have sent`() throws {
        var source = RequestIDSource(prefix: [UInt8](repeating: 0x61, count: 51))
        let id = source.next()
        #expect(id.bytes.count == RequestID.bytesMax)
        #expect(RequestID(id.bytes).map(text) == text(id))
    }

    @Test func `no two ids of one source are the same`() {
        var source = RequestIDSource(prefix: [0x61])
        var seen: Set<String> = []
        for _ in 0..<10_000 { seen.insert(text(source.next())) }
        #expect(seen.count == 10_000)
    }
}
