internal import Foundation

/// What `body` returned or threw, on a thread of its own; throws `NeverHappened` where it has not
/// ended within the seconds. The thread is then left alone.
package func outcome<Value: Sendable>(
    within seconds: Double = 10, of what: String, _ body: @escaping @Sendable () throws -> Value
) throws -> Result<Value, any Error> {
    let ended = Answers<Result<Value, any Error>>()
    let thread = Thread { ended.add(Result { try body() }) }
    thread.stackSize = 1 << 19
    thread.start()
    try eventually("\(what) ended", within: seconds) { ended.value != nil }
    guard let value = ended.value else { throw NeverHappened(what: what) }
    return value
}
