import POSIX
import Reactor
import Redis
import TestSupport

/// A reactor with one connection, turned by the test.
final class ConnectionFixture {
    /// What became of a command.
    final class Outcome {
        fileprivate(set) var results: [Result<RedisReply, RedisFailure>] = []
        /// Nanoseconds from the sending to the result.
        fileprivate(set) var delay: Int64 = 0

        var result: Result<RedisReply, RedisFailure>? { results.first }

        var text: String? {
            switch result {
            case .success(.bulk(let bytes)), .success(.status(let bytes)),
                .success(.error(let bytes)):
                String(decoding: bytes, as: UTF8.self)
            default: nil
            }
        }

        var failure: RedisFailure? {
            if case .failure(let failure) = result { failure } else { nil }
        }
    }

    let reactor: Reactor<RedisConnection>
    let health: RedisHealth

    convenience init(
        port: UInt16, host: String = "127.0.0.1", user: String? = nil, password: String? = nil,
        database: Int = 0, deadlineMilliseconds: Int64 = 100, limits: RedisLimits = .standard,
        neighbours: RedisNeighbours = RedisNeighbours()
    ) throws {
        try self.init(
            RedisEndpoint(
                host: host, port: port, user: user, password: password.map { Array($0.utf8) },
                database: database),
            deadlineMilliseconds: deadlineMilliseconds, limits: limits, neighbours: neighbours)
    }

    init(
        _ endpoint: RedisEndpoint, deadlineMilliseconds: Int64 = 1000,
        limits: RedisLimits = .standard, neighbours: RedisNeighbours = RedisNeighbours()
    ) throws {
        let health = RedisHealth(deadlineNanoseconds: deadlineMilliseconds * 1_000_000)
        self.health = health
        reactor = try Reactor(mailbox: Mailbox()) { loop, mailbox in
            RedisConnection(
                loop: loop, door: Door(mailbox) { $0 },
                endpoint: endpoint,
                deadlineNanoseconds: deadlineMilliseconds * 1_000_000, limits: limits, probe: .ping,
                health: health, neighbours: neighbours)
        }
    }

    var connection: RedisConnection { reactor.owner }

    var isPassing: Bool {
        if case .pass = health.current(now: Clock.monotonicNanoseconds()) { true } else { false }
    }

    var healthFailure: RedisFailure? {
        switch health.current(now: Clock.monotonicNanoseconds()) {
        case .fail(let failure, _): failure
        case .pass, .unknown: nil
        }
    }

    /// Sends a command without turning the reactor.
    func send(_ arguments: String..., milliseconds: Int64 = 100) -> Outcome {
        send(arguments.map { Array($0.utf8) }, milliseconds: milliseconds)
    }

    func send(_ arguments: [[UInt8]], milliseconds: Int64 = 100) -> Outcome {
        let outcome = Outcome()
        let begin = Clock.monotonicNanoseconds()
        connection.send(
            deadline: begin + milliseconds * 1_000_000,
            encode: { bytes in
                bytes.appendRedisCommand(argumentCount: arguments.count)
                for argument in arguments { bytes.appendRedisArgument(argument.span) }
            },
            completion: {
                outcome.results.append($0)
                outcome.delay = Clock.monotonicNanoseconds() - begin
            })
        return outcome
    }

    /// Sends a command and turns the reactor until it has ended.
    func ask(_ arguments: String..., milliseconds: Int64 = 100) throws -> Outcome {
        let outcome = send(arguments.map { Array($0.utf8) }, milliseconds: milliseconds)
        try finish(outcome)
        return outcome
    }

    func finish(_ outcomes: Outcome...) throws {
        try reactor.turns(until: "the command ends") { outcomes.allSatisfy { $0.result != nil } }
    }

    func waitUntilPassing() throws {
        try reactor.turns(until: "health passes") { isPassing }
    }
}
