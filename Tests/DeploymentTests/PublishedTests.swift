import Deployment
import Dispatch
import Synchronization
import TestSupport
import Testing

struct PublishedTests {
    /// What a test was called with, from any thread.
    private final class Calls: Sendable {
        let all = Mutex<[String]>([])

        func note(_ call: String) { all.withLock { $0.append(call) } }

        var noted: [String] { all.withLock { $0 } }
    }

    @Test func `a loop takes a value once, and the publisher learns when all have it`() {
        let calls = Calls()
        let published = Published(0)
        var first = published.subscribe { calls.note("wake first") }
        var second = published.subscribe { calls.note("wake second") }
        #expect(first.value == 0 && first.generation == 0)
        published.publish(7) { calls.note("everywhere") }
        #expect(published.value == 7 && first.value == 0)
        #expect(calls.noted == ["wake first", "wake second"])
        first.take { calls.note("first uses \($0)") }
        first.take { calls.note("first uses \($0) again") }
        #expect(first.value == 7 && first.generation == 1)
        #expect(!calls.noted.contains("everywhere"))
        second.take { calls.note("second uses \($0)") }
        #expect(
            calls.noted.dropFirst(2) == ["first uses 7", "second uses 7", "everywhere"])
    }

    @Test func `of two values that come in one turn only the later one is used`() {
        let calls = Calls()
        let published = Published("a")
        var reader = published.subscribe {}
        published.publish("b") { calls.note("b everywhere") }
        published.publish("c") { calls.note("c everywhere") }
        reader.take { calls.note("uses \($0)") }
        #expect(calls.noted == ["uses c", "b everywhere", "c everywhere"])
        #expect(reader.generation == 2)
    }

    @Test func `without loops a value is everywhere immediately`() {
        let calls = Calls()
        let published = Published(1)
        published.publish(2) { calls.note("everywhere") }
        #expect(calls.noted == ["everywhere"])
        let reader = published.subscribe {}
        #expect(reader.value == 2 && reader.generation == 1)
    }

    @Test func `loops on threads of their own all come to the last of many values`() throws {
        let published = Published(0)
        let done = Calls()
        let last = try concurrently(4) { thread in
            let woken = DispatchSemaphore(value: 0)
            var reader = published.subscribe { woken.signal() }
            if thread == 0 {
                for value in 1...500 { published.publish(value) { done.note("\(value)") } }
            }
            var values: [Int] = []
            while reader.value < 500 {
                woken.wait()
                reader.take { values.append($0) }
            }
            #expect(values == values.sorted())
            return reader.value
        }
        #expect(last == [500, 500, 500, 500])
        #expect(done.noted.count == 500)
    }
}
