import Access
import POSIX
import Reactor
import Redis
import TestSupport

/// One request of a test.
struct Ask {
    var token = "token"
    var tokenID = ""
    var subject: [UInt8] = []
    /// Nil: that of the store.
    var limit: Int?
    var issuedAt: Int64? = 1000
    var charges = 1
    var takesPart = false

    static func by(
        _ subject: String, limit: Int? = nil, charges: Int = 1, takesPart: Bool = false
    ) -> Ask {
        Ask(
            subject: Array(subject.utf8), limit: limit, charges: charges, takesPart: takesPart)
    }
}

/// A store, the time it lives in, and those it revokes.
protocol AdmissionHarness: AnyObject {
    /// Asks for all of them in one turn.
    func decide(_ asks: [Ask]) throws -> [AdmissionDecision]
    func advance(milliseconds: Int64) throws
    func revoke(_ name: String, forMilliseconds milliseconds: Int64) throws
    /// Whether it was revoked.
    func restore(_ name: String) throws -> Bool
    /// Revokes what a subject has up to a time.
    func revoke(subject: String, before: Int64, forMilliseconds milliseconds: Int64) throws
    func restore(subject: String) throws -> Bool
}

extension AdmissionHarness {
    func decide(_ ask: Ask) throws -> AdmissionDecision { try decide([ask])[0] }

    func revoke(_ name: String) throws { try revoke(name, forMilliseconds: 3_600_000) }
}

/// The stores that share one suite.
enum StoreKind: CaseIterable {
    case memory, redis

    func harness(limit: Int, seconds: Int64) throws -> any AdmissionHarness {
        let quota = QuotaRules(limit: limit, windowMilliseconds: seconds * 1000)
        switch self {
        case .memory: return MemoryHarness(quota: quota, subjectsMax: 1000)
        case .redis: return try ServerHarness(quota: quota)
        }
    }
}

/// Decisions by ticket; a second one for the same ticket is kept too.
final class Decisions {
    private var byTicket: [UInt64: [AdmissionDecision]] = [:]

    private func take(_ ticket: UInt64, _ decision: AdmissionDecision) {
        byTicket[ticket, default: []].append(decision)
    }

    func takeAll(of store: some AdmissionStore) {
        while let (ticket, decision) = store.takeDecision() { take(ticket, decision) }
    }

    var count: Int { byTicket.count }

    func removeAll(tickets: Range<UInt64>) throws -> [AdmissionDecision] {
        try tickets.map { ticket in
            guard let decisions = byTicket.removeValue(forKey: ticket), decisions.count == 1 else {
                throw NeverHappened(what: "exactly one decision for ticket \(ticket)")
            }
            return decisions[0]
        }
    }
}

extension AdmissionStore {
    func admit(_ ask: Ask, deadline: Int64, ticket: UInt64) {
        let token = Array(ask.token.utf8)
        let tokenID = Array(ask.tokenID.utf8)
        admit(
            AdmissionRequest(
                token: token.span, tokenID: tokenID.span, subject: ask.subject.span,
                limit: ask.limit, issuedAt: ask.issuedAt, charges: ask.charges,
                takesPart: ask.takesPart, deadline: deadline, ticket: ticket))
    }
}

final class MemoryHarness: AdmissionHarness {
    private final class Time { var milliseconds: Int64 = 1_000_000 }

    private let time = Time()
    private let decisions = Decisions()
    private let admissions: InMemoryAdmissions
    private let store: InMemoryAdmissionStore
    private var nextTicket: UInt64 = 0

    init(quota: QuotaRules, subjectsMax: Int) {
        admissions = InMemoryAdmissions(quota: quota, subjectsMax: subjectsMax)
        store = InMemoryAdmissionStore(
            admissions: admissions, milliseconds: { [time] in time.milliseconds })
    }

    func decide(_ asks: [Ask]) throws -> [AdmissionDecision] {
        let first = nextTicket
        for ask in asks {
            store.admit(ask, deadline: .max, ticket: nextTicket)
            nextTicket += 1
        }
        decisions.takeAll(of: store)
        return try decisions.removeAll(tickets: first..<nextTicket)
    }

    func advance(milliseconds: Int64) { time.milliseconds += milliseconds }

    func revoke(_ name: String, forMilliseconds milliseconds: Int64) throws {
        guard isRevoked(name, forMilliseconds: milliseconds) else {
            throw NeverHappened(what: "room for a revocation")
        }
    }

    /// False where there is no room for one more.
    func isRevoked(_ name: String, forMilliseconds milliseconds: Int64) -> Bool {
        admissions.revoke(
            Array(name.utf8), forMilliseconds: milliseconds, now: time.milliseconds)
    }

    func restore(_ name: String) -> Bool {
        admissions.restore(Array(name.utf8), now: time.milliseconds)
    }

    func revoke(subject: String, before: Int64, forMilliseconds milliseconds: Int64) throws {
        let isRevoked = admissions.revoke(
            subject: Array(subject.utf8), before: before, forMilliseconds: milliseconds,
            now: time.milliseconds)
        guard isRevoked else { throw NeverHappened(what: "room for a revocation") }
    }

    func restore(subject: String) -> Bool {
        let isRevoked = admissions.isRevoked(
            subject: Array(subject.utf8), now: time.milliseconds)
        return admissions.restore(subject: Array(subject.utf8), now: time.milliseconds)
            && isRevoked
    }
}

/// A store with its connection to a Redis, which several may share.
final class StoreOwner: LoopOwner {
    let connection: RedisConnection
    let store: RedisAdmissionStore
    let decisions = Decisions()

    init(_ connection: RedisConnection, _ store: RedisAdmissionStore) {
        self.connection = connection
        self.store = store
    }

    var deadline: Int64? { [store.deadline, connection.deadline].compactMap(\.self).min() }
    var isBusy: Bool { store.isBusy || connection.isBusy }
    func deadlinePassed() { connection.deadlinePassed() }

    func endTurn() {
        decisions.takeAll(of: store)
        store.ask()
        connection.endTurn()
    }
}

/// A loop with such a store, turned by the test.
final class RedisHarness {
    let health: RedisHealth
    let reactor: Reactor<StoreOwner>
    private let deadlineMilliseconds: Int64
    private var nextTicket: UInt64 = 0

    var store: RedisAdmissionStore { reactor.owner.store }
    private var decisions: Decisions { reactor.owner.decisions }

    init(
        port: UInt16, quota: QuotaRules, password: String? = nil,
        deadlineMilliseconds: Int64 = 5000, markerKey: [UInt8]? = nil,
        user: String? = nil, probe: RedisProbe? = nil
    ) throws {
        self.deadlineMilliseconds = deadlineMilliseconds
        let health = RedisHealth(deadlineNanoseconds: deadlineMilliseconds * 1_000_000)
        self.health = health
        reactor = try Reactor(mailbox: Mailbox()) { loop, mailbox in
            let connection = RedisConnection(
                loop: loop, door: Door(mailbox) { $0.connection },
                endpoint: RedisEndpoint(
                    host: "127.0.0.1", port: port, user: user,
                    password: password.map { Array($0.utf8) }, database: 0),
                deadlineNanoseconds: deadlineMilliseconds * 1_000_000, limits: .standard,
                probe: probe ?? AdmissionProbe.make(markerKey: markerKey), health: health,
                neighbours: RedisNeighbours())
            return StoreOwner(
                connection,
                RedisAdmissionStore(
                    loop: loop, connection: connection, quota: quota, markerKey: markerKey))
        }
    }

    func decide(_ asks: [Ask]) throws -> [AdmissionDecision] {
        let tickets = begin(asks)
        return try finish(tickets)
    }

    /// Asks for all of them without turning the reactor.
    func begin(_ asks: [Ask]) -> Range<UInt64> {
        let first = nextTicket
        let deadline = Clock.monotonicNanoseconds() + deadlineMilliseconds * 1_000_000
        for ask in asks {
            store.admit(ask, deadline: deadline, ticket: nextTicket)
            nextTicket += 1
        }
        return first..<nextTicket
    }

    /// Whether any of the requests that have begun is decided.
    var hasDecided: Bool { decisions.count > 0 }

    func finish(_ tickets: Range<UInt64>) throws -> [AdmissionDecision] {
        try reactor.turns(until: "all are decided", within: 20) {
            decisions.count >= tickets.count
        }
        return try decisions.removeAll(tickets: tickets)
    }

    var isPassing: Bool {
        if case .pass = health.current(now: Clock.monotonicNanoseconds()) { true } else { false }
    }

    /// Nil while it passes, and while nothing is known.
    var healthFailure: RedisFailure? {
        switch health.current(now: Clock.monotonicNanoseconds()) {
        case .fail(let failure, _): failure
        case .pass, .unknown: nil
        }
    }

    func waitUntilPassing() throws {
        try reactor.turns(until: "it passes") { isPassing }
    }

    func decide(_ ask: Ask) throws -> AdmissionDecision { try decide([ask])[0] }

    /// The decisions with 0 for their seconds, which depend on how fast the test runs.
    func decideUntimed(_ asks: [Ask]) throws -> [AdmissionDecision] {
        try decide(asks).map(\.untimed)
    }

    func decideUntimed(_ ask: Ask) throws -> AdmissionDecision { try decide(ask).untimed }
}

extension AdmissionDecision {
    var untimed: AdmissionDecision {
        switch self {
        case .admitted(let left, _): .admitted(left: left, resetSeconds: 0)
        case .refused: .refused(retrySeconds: 0)
        case .partly(let count, _): .partly(count: count, retrySeconds: 0)
        case .uncharged, .revoked, .beyondLimit, .unavailable: self
        }
    }
}

/// A redis-server of its own with one harness, for which time stands still between decisions.
final class ServerHarness: AdmissionHarness {
    let server: RedisServer
    private let harness: RedisHarness
    private var latest = Clock.monotonicNanoseconds()

    init(quota: QuotaRules) throws {
        server = try RedisServer()
        harness = try RedisHarness(port: server.port, quota: quota)
    }

    func decide(_ asks: [Ask]) throws -> [AdmissionDecision] {
        let now = Clock.monotonicNanoseconds()
        try server.age(milliseconds: -(now - latest) / 1_000_000)
        latest = now
        return try harness.decide(asks)
    }

    func advance(milliseconds: Int64) throws { try server.age(milliseconds: milliseconds) }

    func revoke(_ name: String, forMilliseconds milliseconds: Int64) throws {
        try server.revoke(name, forMilliseconds: milliseconds)
    }

    func restore(_ name: String) throws -> Bool {
        try server.client().command("DEL", "blacklist:\(name)") == .integer(1)
    }

    func revoke(subject: String, before: Int64, forMilliseconds milliseconds: Int64) throws {
        try server.client().command(
            "SET", "revoked-before:\(subject)", "\(before)", "PX", "\(milliseconds)")
    }

    func restore(subject: String) throws -> Bool {
        try server.client().command("DEL", "revoked-before:\(subject)") == .integer(1)
    }
}

extension RedisServer {
    /// As an operator does it.
    func revoke(_ name: String, forMilliseconds milliseconds: Int64 = 3_600_000) throws {
        try client().command("SET", "blacklist:\(name)", "1", "PX", "\(milliseconds)")
    }

    /// Moves all admissions into the past, or into the future, and the ends of their keys and of
    /// revocations with them.
    func age(milliseconds: Int64) throws {
        let client = try client()
        guard case .array(let tokens) = try client.command("KEYS", "blacklist:*"),
            case .array(let subjects) = try client.command("KEYS", "revoked-before:*")
        else { return }
        for case .bulk(let key) in tokens + subjects {
            guard case .integer(let left) = try client.command([Array("PTTL".utf8), key]), left > 0
            else { continue }
            let newLeft = Array(String(left - Int(milliseconds)).utf8)
            try client.command([Array("PEXPIRE".utf8), key, newLeft])
        }
        guard case .array(let keys) = try client.command("KEYS", "quota:*") else { return }
        for case .bulk(let key) in keys {
            guard
                case .array(let times) = try client.command(
                    [Array("LRANGE".utf8), key, [0x30], Array("-1".utf8)]),
                case .integer(let left) = try client.command([Array("PTTL".utf8), key])
            else { continue }
            try client.command([Array("DEL".utf8), key])
            for time in times.compactMap({ $0.text.flatMap { Int64($0) } }) {
                let moved = Array(String(time - milliseconds).utf8)
                try client.command([Array("RPUSH".utf8), key, moved])
            }
            let newLeft = Array(String(left - Int(milliseconds)).utf8)
            try client.command([Array("PEXPIRE".utf8), key, newLeft])
        }
    }
}
