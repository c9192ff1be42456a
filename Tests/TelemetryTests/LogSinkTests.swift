import Dispatch
import JSON
import ServiceTestSupport
import Synchronization
import Telemetry
import TestSupport
import Testing

@Suite struct LogSinkTests {
    /// A reader of the log that does not read until it may.
    private final class SlowReader: Sendable {
        private let gate = DispatchSemaphore(value: 0)
        private let written = Mutex<[UInt8]>([])
        private let isStuck = Atomic<Bool>(false)

        func take(_ lines: [UInt8]) {
            isStuck.store(true, ordering: .sequentiallyConsistent)
            gate.wait()
            gate.signal()
            written.withLock { $0 += lines }
        }

        func waitUntilStuck() throws {
            try eventually("a write blocks") { isStuck.load(ordering: .sequentiallyConsistent) }
        }

        func read() { gate.signal() }

        var bytes: [UInt8] { written.withLock { $0 } }
    }

    private let line = Array("{\"a\":1}\n".utf8)

    @Test func `lines are written whole, in their order, without a flush`() throws {
        let written = Mutex<[UInt8]>([])
        let sink = LogSink { lines in written.withLock { $0 += lines } }
        let expected = (0..<100).map { "{\"line\":\($0)}\n" }
        for line in expected { sink.append(Array(line.utf8).span, lineCount: 1) }
        try eventually("all lines are written") {
            written.withLock { $0 } == Array(expected.joined().utf8)
        }
    }

    @Test func `a reader who does not read holds up nobody, and what does not fit is counted`()
        throws
    {
        let reader = SlowReader()
        let sink = LogSink { reader.take($0) }
        sink.append(line.span, lineCount: 1)
        try reader.waitUntilStuck()

        // The sink's queue is blocked from here on: what follows fills memory up to the limit.
        let half = [UInt8](repeating: 0x78, count: LogSink.bytesMax / 2 - 1) + [0x0A]
        sink.append(half.span, lineCount: 1)
        sink.append(half.span, lineCount: 1)
        sink.append(line.span, lineCount: 1)
        sink.append(half.span, lineCount: 5)
        reader.read()
        sink.flush(waitingAtMost: 60)

        let bytes = reader.bytes
        let kept = line.count + LogSink.bytesMax
        #expect(bytes.prefix(line.count).elementsEqual(line))
        #expect(bytes.count > kept && bytes.count < kept + 500)
        let report = Array(bytes.dropFirst(kept).dropLast())
        let object = try #require(try JSONValue(parsing: report.span).asObject)
        #expect(object["level"] == .string("warning"))
        #expect(object["lines"] == .number(6))
    }

    @Test(arguments: [(-1, true), (0, true), (1, false)])
    func `the lines that wait have a limit`(excess: Int, isKept: Bool) throws {
        let reader = SlowReader()
        let sink = LogSink { reader.take($0) }
        sink.append(line.span, lineCount: 1)
        try reader.waitUntilStuck()
        let rest = [UInt8](repeating: 0x78, count: LogSink.bytesMax + excess - 2) + [0x79, 0x0A]
        sink.append(rest.span, lineCount: 1)
        reader.read()
        sink.flush(waitingAtMost: 60)
        #expect(reader.bytes.contains(0x79) == isKept)
        #expect(
            String(decoding: reader.bytes.suffix(200), as: UTF8.self).contains("dropped") != isKept)
    }

    @Test func `refused callers fill their share of what waits, and others keep theirs`() throws {
        let reader = SlowReader()
        let sink = LogSink { reader.take($0) }
        sink.append(line.span, lineCount: 1)
        try reader.waitUntilStuck()
        let refused = [UInt8](repeating: 0x72, count: 999) + [0x0A]
        let count = LogSink.bytesMax / refused.count + 1
        for _ in 0..<count { sink.append(refused.span, lineCount: 1, share: .refused) }
        let rest = LogSink.bytesMax - LogSink.refusedBytesMax
        let own = [UInt8](repeating: 0x6F, count: rest - 1) + [0x0A]
        sink.append(own.span, lineCount: 1)
        reader.read()
        sink.flush(waitingAtMost: 60)
        let bytes = reader.bytes
        let kept = LogSink.refusedBytesMax / refused.count
        #expect(bytes.count { $0 == 0x6F } >= own.count - 1, "not one byte of the others is lost")
        let report = Array(bytes.dropLast().split(separator: 0x0A).last ?? [])
        let object = try #require(try JSONValue(parsing: report.span).asObject)
        #expect(object["lines"] == .number(Double(count - kept)))
    }

    @Test func `lines larger than the limit are counted also where nothing else is logged`() throws
    {
        let log = CapturedLog()
        let tooMany = [UInt8](repeating: 0x78, count: LogSink.bytesMax + 1)
        log.sink.append(tooMany.span, lineCount: 3)
        #expect(try log.objects().map { $0["lines"] } == [.number(3)])
    }

    @Test func `a flush gives up on a reader who does not read`() throws {
        let reader = SlowReader()
        let sink = LogSink { reader.take($0) }
        sink.append(line.span, lineCount: 1)
        sink.flush(waitingAtMost: 0)
        #expect(reader.bytes.isEmpty)
        reader.read()
        sink.flush(waitingAtMost: 60)
        #expect(reader.bytes == line)
    }
}
