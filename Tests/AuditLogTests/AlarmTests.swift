import AuditLog
import Testing

@Suite struct AlarmTests {
    @Test func `a timer is set unless one wakes before`() {
        var alarm = Alarm()
        let isSet = [60, 60, 61, 59, 60].map { alarm.mustSet(for: $0) }
        #expect(isSet == [true, false, false, true, false])
    }

    @Test func `a timer in whose place an earlier one came wakes nobody`() {
        var alarm = Alarm()
        let isSet = [60, 1].map { alarm.mustSet(for: $0) }
        let isTaken = alarm.takes(1)
        let isSetAgain = alarm.mustSet(for: 61)
        let areTaken = [60, 61, 61].map { alarm.takes($0) }
        #expect(isSet == [true, true])
        #expect(isTaken)
        #expect(isSetAgain)
        #expect(areTaken == [false, true, false])
    }

    /// A log under load: each second it has to be synced, and each minute a checkpoint is due
    /// that never comes to it, for there have been enough records before.
    @Test func `timers do not become more while the log is in use`() {
        var alarm = Alarm()
        var timers: [Int64] = []
        var most = 0
        func set(_ next: Int64) {
            if alarm.mustSet(for: next) { timers.append(next) }
        }
        for now in Int64(0)..<100_000 {
            let due = timers.filter { $0 <= now }
            timers.removeAll { $0 <= now }
            for time in due where alarm.takes(time) { set(now + 60) }
            set(now + 1)
            most = max(most, timers.count)
        }
        #expect(most <= 61)
    }
}
