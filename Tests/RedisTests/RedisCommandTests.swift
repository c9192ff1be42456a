import CHiredis
import Redis
import TestSupport
import Testing

@Suite struct RedisCommandTests {
    /// What hiredis makes of the same arguments.
    private func byHiredis(_ arguments: [[UInt8]]) -> [UInt8] {
        var target: UnsafeMutablePointer<CChar>?
        let copies = arguments.map { argument in
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: max(1, argument.count))
            for (index, byte) in argument.enumerated() { copy[index] = CChar(bitPattern: byte) }
            return copy
        }
        defer { for copy in copies { copy.deallocate() } }
        var pointers = copies.map { UnsafePointer<CChar>?($0) }
        let count = redisFormatCommandArgv(
            &target, CInt(arguments.count), &pointers, arguments.map(\.count))
        defer { redisFreeCommand(target) }
        return UnsafeRawBufferPointer(start: target, count: Int(count)).map { $0 }
    }

    private func byUs(_ arguments: [[UInt8]]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendRedisCommand(argumentCount: arguments.count)
        for argument in arguments { bytes.appendRedisArgument(argument.span) }
        return bytes
    }

    @Test(arguments: [
        [["PING"]], [["SELECT"], ["0"]], [[""]], [["SET"], ["a"], [""]],
        [["SET", "\r\n"], ["$3"]],
    ])
    func `commands are byte for byte what hiredis writes`(_ arguments: [[String]]) {
        let arguments = arguments.map { Array($0.joined().utf8) }
        #expect(byUs(arguments) == byHiredis(arguments))
    }

    @Test func `random commands are byte for byte what hiredis writes`() {
        var random = SplitMix64(seed: 0x5EED)
        for _ in 0..<100 {
            let arguments = (0..<Int.random(in: 1...130, using: &random)).map { _ in
                (0..<[0, 1, 9, 10, 99, 100, 300].randomElement(using: &random)!).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
            }
            #expect(byUs(arguments) == byHiredis(arguments))
        }
    }

    @Test(arguments: [0, 7, 9, 10, 99, 100, 1_000_000, -1, -10, .max, .min])
    func `a number is written as its decimal text`(_ number: Int) {
        var bytes: [UInt8] = []
        bytes.appendRedisCommand(argumentCount: 1)
        bytes.appendRedisArgument(number)
        #expect(bytes == byHiredis([Array(String(number).utf8)]))
    }

    @Test func `a prefix and its bytes make one argument`() {
        var bytes: [UInt8] = []
        bytes.appendRedisCommand(argumentCount: 2)
        bytes.appendRedisArgument("GET")
        bytes.appendRedisArgument("quota:", Array("a b".utf8).span)
        #expect(bytes == byHiredis([Array("GET".utf8), Array("quota:a b".utf8)]))
    }
}
