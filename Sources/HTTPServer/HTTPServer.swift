package import POSIX
package import Reactor

/// The HTTP/1.1 server of one reactor: its listener, its connections and their deadlines
/// (RFC 9110, RFC 9112). It knows nothing of routes.
package final class HTTPServer: TurnParticipant {
    let reactor: Reactor
    let limits: ServerLimits
    let counter: ConnectionCounter
    var handlers: RequestHandlers?
    var connections: [Connection?] = []
    private var freeSlots: [Int] = []
    /// The number the next exchange of a slot gets, so that none is used twice.
    private var exchangeNumbers: [UInt32] = []
    var deadlines: [DeadlineQueue]
    var readBuffer: [UInt8]
    /// When the bytes that are being parsed were taken up.
    var parseStartedAt: Int64 = 0
    var answers = AnswerQueue()
    var listener: Listener?
    private(set) var isDraining = false
    private var drained: (() -> Void)?
    /// The connections of this server that are open.
    package private(set) var openCount = 0

    /// - Parameters:
    ///   - listener: a listening socket; nil for a server that only gets connections by `adopt`.
    package init(
        reactor: Reactor, listener: consuming FileDescriptor?, limits: ServerLimits,
        counter: ConnectionCounter
    ) throws(SystemError) {
        self.reactor = reactor
        self.limits = limits
        self.counter = counter
        readBuffer = [UInt8](repeating: 0, count: ServerLimits.readBytes)
        deadlines = ConnectionTimer.allCases.map { timer in
            DeadlineQueue(timeout: HTTPServer.timeout(of: timer, limits))
        }
        if let listener {
            self.listener = try Listener(descriptor: listener, server: self)
        }
        reactor.add(self)
    }

    /// Sets what happens with requests; once, before the reactor's first turn.
    package func serve(_ handlers: RequestHandlers) { self.handlers = handlers }

    /// Stops accepting, lets the requests that have begun be answered with `Connection: close`, and
    /// calls `drained` when no connection is left.
    package func drain(_ drained: @escaping () -> Void) {
        guard !isDraining else { return }
        listener?.acceptRest()
        isDraining = true
        self.drained = drained
        listener?.close()
        listener = nil
        for case let connection? in connections
        where connection.state == .reading && connection.partial == nil {
            arm(connection, .drain)
        }
        if openCount == 0 { finishDraining() }
    }

    func adopt(_ descriptor: consuming FileDescriptor) {
        let slot = freeSlots.popLast() ?? connections.count
        if slot == connections.count {
            connections.append(nil)
            exchangeNumbers.append(0)
        }
        let rawValue = descriptor.rawValue
        let connection = Connection(
            descriptor: descriptor, slot: slot, exchangeNumber: exchangeNumbers[slot],
            server: self)
        do throws(SystemError) {
            connection.registration = try reactor.register(rawValue, .readable, for: connection)
        } catch {
            // Out of memory or of watches in the kernel: the client is turned away.
            freeSlots.append(slot)
            counter.giveBack()
            return
        }
        connections[slot] = connection
        openCount += 1
        arm(connection, .idle)
    }

    func close(_ connection: Connection) {
        guard connection.state != .closed else { return }
        connection.state = .closed
        disarm(connection)
        if let registration = connection.registration {
            reactor.unregister(connection.descriptor.rawValue, registration)
        }
        exchangeNumbers[connection.slot] = connection.exchangeNumber &+ 1
        connections[connection.slot] = nil
        freeSlots.append(connection.slot)
        openCount -= 1
        counter.giveBack()
        listener?.resume()
        if isDraining && openCount == 0 { finishDraining() }
    }

    func watch(_ connection: Connection, _ interest: Interest) {
        guard connection.interest != interest, let registration = connection.registration else {
            return
        }
        connection.interest = interest
        do throws(SystemError) {
            try reactor.watch(connection.descriptor.rawValue, interest, as: registration)
        } catch {
            close(connection)
        }
    }

    private func finishDraining() {
        let drained = self.drained
        self.drained = nil
        drained?()
    }
}

// Deadlines.
extension HTTPServer {
    private static func timeout(of timer: ConnectionTimer, _ limits: ServerLimits) -> Int64 {
        switch timer {
        case .none: 0
        case .idle: limits.idleTimeout
        case .head: limits.headTimeout
        case .body: limits.bodyTimeout
        case .write: limits.writeTimeout
        case .linger: ServerLimits.lingerTimeout
        case .drain: ServerLimits.drainGrace
        }
    }

    func arm(_ connection: Connection, _ timer: ConnectionTimer) {
        disarm(connection)
        connection.timer = timer
        if timer != .none { deadlines[timer.rawValue].set(connection.slot, now: reactor.now) }
    }

    func disarm(_ connection: Connection) {
        guard connection.timer != .none else { return }
        deadlines[connection.timer.rawValue].clear(connection.slot)
        connection.timer = .none
    }

    package var nextDeadline: Int64? {
        // Answered behind this participant's end of the turn: the next turn must not wait.
        if !answers.entries.isEmpty { return 0 }
        var earliest = listener?.resumesAt
        for queue in deadlines {
            guard let deadline = queue.nextDeadline else { continue }
            earliest = min(earliest ?? .max, deadline)
        }
        return earliest
    }

    package func deadlinePassed() {
        if let resumesAt = listener?.resumesAt, resumesAt <= reactor.now { listener?.resume() }
        for timer in ConnectionTimer.allCases {
            while let slot = deadlines[timer.rawValue].popPassed(now: reactor.now) {
                guard let connection = connections[slot] else { continue }
                connection.timer = .none
                expire(connection, timer)
            }
        }
    }

    private func expire(_ connection: Connection, _ timer: ConnectionTimer) {
        switch timer {
        case .head: reject(connection, .headTimeout)
        case .body: reject(connection, .bodyTimeout)
        case .none, .idle, .write, .linger, .drain: close(connection)
        }
    }
}
