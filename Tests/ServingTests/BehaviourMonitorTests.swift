import Behaviour
import Configuration
import ServiceTestSupport
import Serving
import Telemetry
import TestSupport
import Testing

@Suite struct BehaviourMonitorTests {
    private func monitor() throws -> BehaviourMonitor {
        let configuration = try ServiceConfiguration.testing(
            ["--store=memory", "--behaviour=watch"],
            environment: ["JWT_SECRET": ChurndProcess.secret])
        return BehaviourMonitor(try #require(configuration.behaviour)) { _, _ in
            Issue.record("an alarm")
        }
    }

    private func requests(_ count: Int) -> [Observation] {
        (0..<count).map { index in
            Observation(
                subject: [UInt8(index % 3)], unixMilliseconds: 1_800_000_000_000, traits: nil)
        }
    }

    @Test(arguments: [(-1, 0), (0, 0), (1, 1), (1000, 1000)])
    func `requests beyond those that may wait are dropped and counted`(
        beyond: Int, dropped: UInt64
    ) throws {
        let monitor = try monitor()
        monitor.append(requests(BehaviourMonitor.waitingMax + beyond))
        #expect(monitor.figures.dropped == dropped)
        try eventually("the others are compared") { monitor.figures.subjects == 3 }
        // There is room again.
        monitor.append(requests(1))
        #expect(monitor.figures.dropped == dropped)
    }

    @Test func `each start has another key for its hashes`() throws {
        #expect(try monitor().traitsKey != monitor().traitsKey)
    }
}
