import JSON
import Logging
import Service
import Serving
import Redis
import ServiceTestSupport
import Telemetry
import Testing

@Suite struct StoreWatchTests {
    @Test func `each change of Redis is logged once, with its reason`() throws {
        let log = CapturedLog()
        let health = RedisHealth(deadlineNanoseconds: 100_000_000)
        let source = health.makeSource()
        let watch = StoreWatch(
            state: ServiceState(redis: health),
            logger: Logger(label: "test") { _ in JSONLogHandler(sink: log.sink) })
        source.recordReply(now: 1)
        watch.look(now: 2)
        #expect(try log.objects().isEmpty)

        source.recordFailure(.deadlinePassed, now: 3)
        watch.look(now: 4)
        watch.look(now: 5)
        source.recordReply(now: 6)
        watch.look(now: 7)
        watch.look(now: 8)

        let lines = try log.objects()
        #expect(lines.map { $0["level"]?.asString } == ["error", "info"])
        #expect(lines.first?["reason"]?.asString == "no answer within the deadline")
        #expect(lines.last?["message"]?.asString == "Redis serves again")
    }
}
