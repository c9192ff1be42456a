package import POSIX
internal import Reactor

/// Commands to Redis, one after another, for a program that has nothing else to do meanwhile: each
/// waits for its reply, at most for the deadline. Not for a thread that has a reactor.
package final class RedisSession {
    private let reactor: Reactor<RedisConnection>
    private let deadlineNanoseconds: Int64

    /// Nothing is sent before the first command.
    ///
    /// - Parameter deadlineNanoseconds: how long a command may take, connecting included.
    package init(_ endpoint: RedisEndpoint, deadlineNanoseconds: Int64) throws(SystemError) {
        self.deadlineNanoseconds = deadlineNanoseconds
        // libssl writes to a lost connection without asking for no signal.
        if endpoint.tls != nil { Signals.ignoreBrokenPipes() }
        reactor = try Reactor(mailbox: Mailbox()) { loop, mailbox in
            RedisConnection(
                loop: loop, door: Door(mailbox) { $0 }, endpoint: endpoint,
                deadlineNanoseconds: deadlineNanoseconds, limits: .standard, probe: .ping,
                health: RedisHealth(deadlineNanoseconds: deadlineNanoseconds),
                neighbours: RedisNeighbours())
        }
    }

    /// A command and its arguments. An error reply is a reply.
    package func command(_ arguments: [[UInt8]]) -> Result<RedisReply, RedisFailure> {
        // The clock of the loop stands still between two commands.
        reactor.turn(waitingAtMost: 0)
        var outcome: Result<RedisReply, RedisFailure>?
        reactor.owner.send(
            deadline: reactor.loop.now + deadlineNanoseconds,
            encode: { bytes in
                bytes.appendRedisCommand(argumentCount: arguments.count)
                for argument in arguments { bytes.appendRedisArgument(argument.span) }
            },
            completion: { outcome = $0 })
        while true {
            // Every command comes to its end by its deadline.
            if let outcome { return outcome }
            reactor.turn(waitingAtMost: deadlineNanoseconds)
        }
    }

    package func command(_ words: String...) -> Result<RedisReply, RedisFailure> {
        command(words.map { Array($0.utf8) })
    }
}
