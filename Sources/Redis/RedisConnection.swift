internal import OpenSSL
package import POSIX
package import Reactor

/// The one connection of a loop to Redis. Commands are pipelined: all that are queued in a turn
/// are sent together at its end. It is opened, and opened again whenever it is lost, by itself.
///
/// It can own a loop, for programs that use nothing but Redis. In a loop with other parts its turn
/// ends after those of the parts that queue commands.
package final class RedisConnection: Channel, LoopOwner {
    package typealias Completion = (Result<RedisReply, RedisFailure>) -> Void

    enum Phase: Equatable {
        case disconnected
        /// A name is looked up, or certificates are read, elsewhere.
        case resolving
        case connecting
        case handshaking
        /// AUTH and SELECT, so many of which have no answer yet; or what a Sentinel is asked.
        /// Commands wait until Redis has agreed, or they would be carried out in another database
        /// or as another user.
        case greeting(answersMissing: Int)
        case open
    }

    /// More than what one turn usually brings, so that one recv takes it; as much as a record of
    /// TLS holds.
    private static let receiveBytes = 16 << 10
    /// How long after a failure Redis is asked again whether it serves.
    private static let failedProbePause: Int64 = 100_000_000
    /// How long at least a Sentinel may take.
    static let sentinelNanosecondsMin: Int64 = 50_000_000

    unowned let loop: Loop
    let door: Door<RedisConnection>
    let endpoint: RedisEndpoint
    /// Of the connection that is made, or being made.
    var greeting: RedisGreeting
    let deadlineNanoseconds: Int64
    let limits: RedisLimits
    let probe: RedisProbe
    let health: RedisHealth.Source
    let neighbours: RedisNeighbours
    let number: Int
    /// Nil where it is for commands.
    let subscription: RedisSubscription?
    /// Nil but in the first connection of a process that asks Sentinels.
    private(set) var watch: SentinelWatch?

    var phase = Phase.disconnected
    /// When the attempt that is under way has taken too long.
    var phaseDeadline = Int64.max
    var schedule: ReconnectSchedule
    /// Whether what is connected to is a Sentinel, which is asked where the primary is.
    var isAsking = false
    /// Those of this attempt: the configured ones, then those that they have named.
    var sentinels: [RedisPlace] = []
    /// The one that was asked last, and how many have not been in this attempt.
    var sentinel = 0
    var sentinelsLeft = 0
    /// Where the Sentinel says that the primary is, and by which failover.
    var primary: RedisPlace?
    var epoch: Int?
    /// What is connected to, or was last.
    var dialled: RedisPlace?
    /// What is still to be tried in this attempt, the next one last.
    var addresses: [SocketAddress] = []
    /// With what they are connected to; nil without TLS.
    var tlsContext: TLSContext?
    /// TLS on the socket.
    var tls: TLSSession?
    /// Whether anything came on the connection.
    var hasReceived = false
    var socket: FileDescriptor?
    var registration: Loop.Registration?
    var watchesWritable = false
    var unsentGreeting: [UInt8] = []
    var reader: RedisReplyReader
    private var receiveBuffer = [UInt8](repeating: 0, count: RedisConnection.receiveBytes)
    var queue: CommandQueue
    var nextProbe = Int64.max
    private var latestNonce = 0
    /// Redis has shown on this connection that it serves.
    var isProven = false
    /// Why the connection is to be given up when the turn ends.
    var verdict: RedisFailure?
    var latestFailure = RedisFailure.deadlinePassed

    /// - Parameters:
    ///   - door: the way to this connection from other threads.
    ///   - deadlineNanoseconds: how long connecting to one address, AUTH with SELECT, and the probe
    ///     may each take.
    package convenience init(
        loop: Loop, door: Door<RedisConnection>, endpoint: RedisEndpoint,
        deadlineNanoseconds: Int64, limits: RedisLimits, probe: RedisProbe, health: RedisHealth,
        neighbours: RedisNeighbours
    ) {
        self.init(
            loop: loop, door: door, endpoint: endpoint, deadlineNanoseconds: deadlineNanoseconds,
            limits: limits, probe: probe, health: health, neighbours: neighbours, subscription: nil)
        guard let primaryName = endpoint.primaryName, number == 0 else { return }
        watch = SentinelWatch(
            loop: loop, door: door, endpoint: endpoint, primaryName: primaryName,
            deadlineNanoseconds: deadlineNanoseconds, neighbours: neighbours)
    }

    init(
        loop: Loop, door: Door<RedisConnection>, endpoint: RedisEndpoint,
        deadlineNanoseconds: Int64, limits: RedisLimits, probe: RedisProbe, health: RedisHealth,
        neighbours: RedisNeighbours, subscription: RedisSubscription?
    ) {
        self.loop = loop
        self.door = door
        self.endpoint = endpoint
        self.subscription = subscription
        greeting =
            switch subscription {
            case .primaries: RedisGreeting(subscribingAs: endpoint)
            case .keys(let events): RedisGreeting(to: endpoint, listeningTo: events.prefixes)
            case nil: RedisGreeting(to: endpoint)
            }
        self.deadlineNanoseconds = deadlineNanoseconds
        self.limits = limits
        self.probe = probe
        self.health = health.makeSource()
        self.neighbours = neighbours
        schedule = ReconnectSchedule(now: loop.now)
        reader = RedisReplyReader(limits: limits)
        queue = CommandQueue(limits: limits)
        number = neighbours.add(door)
    }

    /// Queues one command, which `encode` appends. `completion` is called exactly once, on the
    /// loop, with the reply or with why there is none; already during this call when the
    /// deadline has passed or too many commands wait.
    ///
    /// A command that finds no connection waits for one. When its deadline passes on a connection,
    /// or the connection is lost after any byte of it left, it is not repeated: Redis may have
    /// carried it out.
    ///
    /// - Parameter deadline: nanoseconds of the monotonic clock.
    package func send(
        deadline: Int64, encode: (inout [UInt8]) -> Void, completion: @escaping Completion
    ) {
        guard deadline > loop.now else { return completion(.failure(.deadlinePassed)) }
        guard !queue.isFull else { return completion(.failure(.queueFull)) }
        queue.append(deadline: deadline, completion: completion, encode: encode)
    }

    /// A number that no other question on this connection has. Its reply must carry it, which
    /// reveals a reply that belongs to another question.
    package func makeNonce() -> Int {
        latestNonce += 1
        return latestNonce
    }

    /// Takes note of an error that Redis put into a reply in place of a result: health fails until
    /// the probe passes again. After READONLY, what is connected to has become a replica, and
    /// connecting again, name lookup included, may find the master.
    package func noteError(_ code: RedisErrorCode) {
        health.recordFailure(.errorReply(code), now: loop.now)
        nextProbe = min(nextProbe, loop.now + RedisConnection.failedProbePause)
        if code == .readOnly { verdict = .errorReply(code) }
    }

    /// Closes the connection because a reply on it was not that of its question: one was lost or
    /// came twice, and all that would follow belong to others. What waits for a reply gets none.
    package func dropForStrayReply() {
        if phase == .open { lose(.protocolViolation) }
    }

    package var deadline: Int64? {
        var earliest = queue.earliestDeadline ?? .max
        if let watch { earliest = min(earliest, watch.deadline) }
        switch phase {
        case .disconnected: return min(schedule.nextAttempt(isAwaited: !queue.isEmpty), earliest)
        case .resolving, .connecting, .handshaking, .greeting: return min(phaseDeadline, earliest)
        case .open: return min(nextProbe, earliest)
        }
    }

    /// Whether commands were queued after the end of its turn.
    package var isBusy: Bool { mayLeave && !watchesWritable || watch?.isBusy == true }

    package func deadlinePassed() {
        watch?.deadlinePassed()
        let now = loop.now
        if phase == .open {
            // Answers that came in time must not count as late because this loop was.
            if isLate(now) { receive() }
            if phase == .open, isLate(now) { return lose(.deadlinePassed) }
            if phase == .open, nextProbe <= now { ask() }
            return
        }
        if phaseDeadline <= now {
            if phase == .resolving {
                // The lookup can't be called off; it continues, and nothing else is attempted
                // meanwhile.
                phaseDeadline = .max
                note(.deadlinePassed)
            } else if phase == .connecting {
                closeSocket()
                connect(orElse: .deadlinePassed)
            } else if phase == .handshaking {
                closeSocket()
                connect(orElse: .handshakeUnanswered)
            } else if case .greeting = phase {
                lose(.deadlinePassed)
            }
        }
        for completion in queue.removePassed(now: now) { completion(.failure(latestFailure)) }
    }

    package func endTurn() {
        watch?.endTurn()
        if let verdict, phase == .open { lose(verdict) }
        switch phase {
        case .disconnected:
            if schedule.nextAttempt(isAwaited: !queue.isEmpty) <= loop.now { attempt() }
        case .open, .greeting: flush()
        case .resolving, .connecting, .handshaking: break
        }
    }

    package func ready(_ readiness: Readiness) {
        guard let descriptor = socket?.rawValue else { return }
        if phase == .connecting {
            let code = Sockets.connectResult(of: descriptor)
            if code == 0 { return connected() }
            closeSocket()
            return connect(orElse: .connectFailed(code: code))
        }
        if phase == .handshaking { return continueHandshake() }
        receive()
        if readiness.contains(.writable) { flush() }
    }

    /// Another connection has reached Redis.
    func neighbourConnected() {
        if phase == .disconnected { schedule.neighbourConnected(now: loop.now) }
    }

    /// A Sentinel has said which server is the primary now.
    func primaryMoved(to place: RedisPlace) {
        if let primary, primary != place { lose(.primaryMoved) }
    }

    /// The name has been looked up, or could not be. Its addresses are tried in turn.
    package func lookedUp(_ place: RedisPlace, _ outcome: Result<RedisDestination, RedisFailure>) {
        guard phase == .resolving, place == dialled else { return }
        switch outcome {
        case .success(let destination): connect(to: destination)
        case .failure(let failure): lose(failure)
        }
    }
}

/// What passes over it.
extension RedisConnection {
    private func flush() {
        while let descriptor = socket?.rawValue, !unsentGreeting.isEmpty || mayLeave {
            let transfer =
                unsentGreeting.isEmpty
                ? send(queue.unsent, on: descriptor)
                : send(unsentGreeting.span, on: descriptor)
            switch transfer {
            case .bytes(let count):
                if unsentGreeting.isEmpty {
                    queue.markSent(count)
                } else {
                    unsentGreeting.removeFirst(count)
                }
            case .wouldBlock, .wantsWrite:
                if !watchesWritable { _ = watch([.readable, .writable]) }
                return
            case .failed(let failure):
                // With TLS 1.3 a server refuses a certificate after the handshake: its alert says
                // more than that nothing can be sent any more.
                if tls != nil { receive() }
                if socket != nil { lose(failure) }
                return
            }
        }
        if watchesWritable { _ = watch(.readable) }
    }

    private var mayLeave: Bool { phase == .open && queue.unsentCount > 0 }

    private func receive() {
        while let descriptor = socket?.rawValue {
            switch receive(into: &receiveBuffer, on: descriptor) {
            case .bytes(let count):
                hasReceived = true
                take(count)
                // With TLS it is one record, and more may have come.
                if tls == nil, count < RedisConnection.receiveBytes { return }
            case .wouldBlock: return
            case .wantsWrite:
                _ = watch([.readable, .writable])
                return
            case .failed(let failure): return lose(failure)
            }
        }
    }

    /// Handles the first `count` bytes of the receive buffer.
    private func take(_ count: Int) {
        do throws(RedisProtocolError) {
            try reader.feed(receiveBuffer.span.extracting(first: count))
            while socket != nil, let reply = try reader.nextReply() { take(reply) }
        } catch {
            lose(.protocolViolation)
        }
    }

    private func take(_ reply: consuming RedisReply) {
        if case .greeting(let answersMissing) = phase {
            if let failure = greeting.failure(reply, answersMissing: answersMissing) {
                return lose(failure)
            }
            phase = .greeting(answersMissing: answersMissing - 1)
            if isAsking { take(fromSentinel: copy reply) }
            if answersMissing == 1 { isAsking ? found(reply) : open() }
            return
        }
        if let subscription, subscription.take(reply) { return }
        var errorCode: RedisErrorCode?
        if case .error(let text) = reply { errorCode = RedisErrorCode(of: text) }
        guard let completion = queue.popAnswered() else {
            // Nobody asked. With too many clients Redis does so, says why, and closes.
            return lose(errorCode.map { .errorReply($0) } ?? .protocolViolation)
        }
        if let errorCode, errorCode != .noScript {
            noteError(errorCode)
        } else if probe.isPing {
            serves()
        }
        completion(.success(reply))
        reader.reuse(reply)
    }

    private func isLate(_ now: Int64) -> Bool {
        queue.earliestDeadline.map { $0 <= now } ?? false
    }

    /// False when the kernel refused and the connection is lost.
    func watch(_ interest: Interest) -> Bool {
        guard let descriptor = socket?.rawValue, let registration else { return false }
        do throws(SystemError) {
            try loop.watch(descriptor, interest, as: registration)
            watchesWritable = interest.contains(.writable)
            return true
        } catch {
            lose(.connectionLost(code: error.code))
            return false
        }
    }
}
