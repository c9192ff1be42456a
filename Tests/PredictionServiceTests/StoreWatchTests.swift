import JSON
import Logging
import PredictionService
import Redis
import Testing

@Suite struct StoreWatchTests {
    @Test func `each change of Redis is logged once, with its reason`() throws {
        let log = CapturedLog()
        let health = RedisHealth(deadlineNanoseconds: 100_000_000)
        let watch = StoreWatch(
            state: ServiceState(redis: health),
            logger: Logger(label: "test") { _ in JSONLogHandler(sink: log.sink) })
        health.recordReply(now: 1)
        watch.look(now: 2)
        #expect(try log.objects().isEmpty)

        health.recordFailure(.deadlinePassed, now: 3)
        watch.look(now: 4)
        watch.look(now: 5)
        health.recordReply(now: 6)
        watch.look(now: 7)
        watch.look(now: 8)

        let lines = try log.objects()
        #expect(lines.map { $0["level"]?.asString } == ["error", "info"])
        #expect(lines.first?["reason"]?.asString == "no answer within the deadline")
        #expect(lines.last?["message"]?.asString == "Redis answers again")
    }
}
