import Redis
import Testing

@Suite struct RedisReplyReaderTests {
    private static let limits = RedisLimits(
        commandsMax: 8, unsentBytesMax: 1024, replyBytesMax: 256, replyElementsMax: 16)

    private static let cases: [(bytes: String, reply: RedisReply)] = [
        ("+OK\r\n", .status(Array("OK".utf8))),
        ("+\r\n", .status([])),
        ("-NOSCRIPT No matching\r\n", .error(Array("NOSCRIPT No matching".utf8))),
        (":0\r\n", .integer(0)),
        (":-42\r\n", .integer(-42)),
        (":9223372036854775807\r\n", .integer(.max)),
        ("$0\r\n\r\n", .bulk([])),
        ("$4\r\na\r\nb\r\n", .bulk(Array("a\r\nb".utf8))),
        ("$-1\r\n", .null),
        ("*-1\r\n", .null),
        ("*0\r\n", .array([])),
        ("*3\r\n:1\r\n:2\r\n:3\r\n", .array([.integer(1), .integer(2), .integer(3)])),
        (
            "*3\r\n*2\r\n:1\r\n*0\r\n-ERR x\r\n*1\r\n$1\r\nz\r\n",
            .array([
                .array([.integer(1), .array([])]), .error(Array("ERR x".utf8)),
                .array([.bulk([0x7A])]),
            ])
        ),
    ]

    @Test(arguments: cases.indices)
    func `a reply is read whole, and byte by byte`(_ index: Int) throws {
        let (text, reply) = RedisReplyReaderTests.cases[index]
        let bytes = Array(text.utf8)
        var whole = RedisReplyReader(limits: RedisReplyReaderTests.limits)
        try whole.feed(bytes.span)
        let read = try whole.nextReply()
        #expect(read == reply)
        let end = try whole.nextReply()
        #expect(end == nil)

        var single = RedisReplyReader(limits: RedisReplyReaderTests.limits)
        for byte in bytes.dropLast() {
            try single.feed([byte].span)
            let early = try single.nextReply()
            #expect(early == nil)
        }
        try single.feed([bytes[bytes.count - 1]].span)
        let last = try single.nextReply()
        #expect(last == reply)
    }

    @Test func `all replies of one piece come in order, and a split one with the next piece`()
        throws
    {
        let bytes = Array(RedisReplyReaderTests.cases.map(\.bytes).joined().utf8)
        var limits = RedisReplyReaderTests.limits
        limits.replyBytesMax = bytes.count
        for split in 0...bytes.count {
            var reader = RedisReplyReader(limits: limits)
            var replies: [RedisReply] = []
            for piece in [bytes[..<split], bytes[split...]] {
                try reader.feed(Array(piece).span)
                while let reply = try reader.nextReply() { replies.append(reply) }
            }
            #expect(replies == RedisReplyReaderTests.cases.map(\.reply))
        }
    }

    @Test(arguments: [
        "*2147483647\r\n", "*2147483648\r\n", "*9223372036854775807\r\n", "*17\r\n", "*-2\r\n",
        "*1\r\n*17\r\n", "$-2\r\n", "$x\r\n", ":\r\n", ":1x\r\n", "?\r\n", "HTTP/1.1 400\r\n",
        String(repeating: "*1\r\n", count: 9),
    ])
    func `what is not RESP2 or asks for too much is refused at once`(_ text: String) {
        #expect(throws: RedisProtocolError.malformed) {
            var reader = RedisReplyReader(limits: RedisReplyReaderTests.limits)
            try reader.feed(Array(text.utf8).span)
            _ = try reader.nextReply()
        }
    }

    @Test func `an array may have as many elements as the limit says`() throws {
        for (count, isTaken) in [(15, true), (16, true), (17, false)] {
            var reader = RedisReplyReader(limits: RedisReplyReaderTests.limits)
            let text = "*\(count)\r\n" + String(repeating: ":1\r\n", count: count)
            try reader.feed(Array(text.utf8).span)
            let reply = try? reader.nextReply()
            #expect((reply == .array(Array(repeating: .integer(1), count: count))) == isTaken)
        }
    }

    @Test func `a reply may have as many bytes as the limit says`() throws {
        // `$248\r\n` and CRLF around 248 bytes are 256.
        for (count, isTaken) in [(247, true), (248, true), (249, false)] {
            let content = [UInt8](repeating: 0x61, count: count)
            let bytes = Array("$\(count)\r\n".utf8) + content + Array("\r\n".utf8)
            var reader = RedisReplyReader(limits: RedisReplyReaderTests.limits)
            try reader.feed(bytes.span)
            let reply = try? reader.nextReply()
            #expect((reply == .bulk(content)) == isTaken)
        }
    }

    @Test(arguments: [
        "$9223372036854775807\r\n", "$9223372036854775805\r\n", "$4294967295\r\n", "+",
    ])
    func `a reply that never ends is given up at the limit`(_ beginning: String) throws {
        var reader = RedisReplyReader(limits: RedisReplyReaderTests.limits)
        try reader.feed(Array(beginning.utf8).span)
        _ = try reader.nextReply()
        for _ in 0..<(256 - beginning.utf8.count) {
            try reader.feed([0x61].span)
            let reply = try reader.nextReply()
            #expect(reply == nil)
        }
        try reader.feed([0x61].span)
        var error: RedisProtocolError?
        do { _ = try reader.nextReply() } catch let thrown { error = thrown }
        #expect(error == .replyTooLarge(bytesMax: 256))
    }

    @Test func `many elements in few bytes are bounded by the reply's bytes`() throws {
        var limits = RedisReplyReaderTests.limits
        limits.replyElementsMax = 4096
        var reader = RedisReplyReader(limits: limits)
        try reader.feed(Array("*4096\r\n".utf8).span)
        var error: RedisProtocolError?
        do {
            while true {
                try reader.feed(Array("*0\r\n".utf8).span)
                _ = try reader.nextReply()
            }
        } catch let thrown { error = thrown }
        #expect(error == .replyTooLarge(bytesMax: 256))
    }

    @Test(arguments: [
        ("NOSCRIPT No matching script.", "NOSCRIPT"), ("LOADING Redis is loading", "LOADING"),
        ("ERR unknown", "ERR"), ("OOM", "OOM"), ("", "ERR"), ("lower case", "ERR"),
        ("WITH\r\nLINE x", "ERR"),
        (String(repeating: "A", count: 24), String(repeating: "A", count: 24)),
        (String(repeating: "A", count: 25), "ERR"),
    ])
    func `an error's code is its first word, if it looks like one`(_ text: String, _ code: String) {
        #expect(RedisErrorCode(of: Array(text.utf8)).description == code)
    }
}
