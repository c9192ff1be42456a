import Glibc
import POSIX
import Testing

struct ClockTests {
    @Test func `the monotonic clock never goes back`() {
        var latest = Clock.monotonicNanoseconds()
        for _ in 0..<10_000 {
            let now = Clock.monotonicNanoseconds()
            #expect(now >= latest)
            latest = now
        }
    }

    @Test func `milliseconds since 1970 are those of the C library`() {
        let before = Int64(time(nil))
        let milliseconds = Clock.unixMilliseconds()
        let after = Int64(time(nil))
        #expect(milliseconds / 1000 >= before - 1)
        #expect(milliseconds / 1000 <= after + 1)
    }
}
