import JSON
import Logging
import ServiceTestSupport
import Telemetry
import Testing

@Suite struct JSONLogHandlerTests {
    private func logger(_ log: CapturedLog) -> Logger {
        Logger(label: "test") { _ in JSONLogHandler(sink: log.sink) }
    }

    @Test func `a line has time, level and message, then the metadata by name`() throws {
        let log = CapturedLog()
        logger(log).info("hello", metadata: ["b": "2", "a": "1"])
        let line = try #require(try log.objects().first)
        #expect(line.members.map(\.name) == ["time", "level", "message", "a", "b"])
        #expect(line["level"] == .string("info"))
        #expect(line["message"] == .string("hello"))
        #expect(line["a"] == .string("1"))
        let time = try #require(line["time"]?.asString)
        #expect(time.utf8.count == 24 && time.hasSuffix("Z"))
    }

    @Test func `levels below info are left out, the others are named`() throws {
        let log = CapturedLog()
        for level in Logger.Level.allCases { logger(log).log(level: level, "x") }
        #expect(
            try log.objects().map { $0["level"] }
                == ["info", "notice", "warning", "error", "critical"].map { .string($0) })
    }

    @Test func `a logger's metadata is merged with a message's own, which wins`() throws {
        let log = CapturedLog()
        var logger = logger(log)
        logger[metadataKey: "a"] = "logger"
        logger[metadataKey: "b"] = "logger"
        logger.info("x", metadata: ["b": "message", "c": "message"])
        let line = try #require(try log.objects().first)
        #expect(line["a"] == .string("logger"))
        #expect(line["b"] == .string("message"))
        #expect(line["c"] == .string("message"))
        #expect(logger[metadataKey: "a"] == "logger")
    }

    @Test(arguments: [
        "a\nb", "\r\n", "\"}\n{\"level\":\"critical\"}", "\\", "\u{0}\u{1F}\u{7F}",
        "\u{2028}\u{2029}",
        "é\u{1F600}", "", "\t",
    ]) func `a line is one line of JSON, whatever is logged`(text: String) throws {
        let log = CapturedLog()
        logger(log).info("\(text)", metadata: ["\(text)x": "\(text)"])
        #expect(log.text.utf8.filter { $0 == 0x0A }.count == 1)
        let line = try #require(try log.objects().first)
        #expect(line["message"] == .string(text))
        #expect(line["\(text)x"] == .string(text))
    }

    @Test func `metadata cannot take the place of a line's own members`() throws {
        let log = CapturedLog()
        logger(log).info("x", metadata: ["message": "y", "level": "critical", "time": "never"])
        let line = try #require(try log.objects().first)
        #expect(line["message"] == .string("x"))
        #expect(line["level"] == .string("info"))
        #expect(line["metadata.message"] == .string("y"))
    }
}
