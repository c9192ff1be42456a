package import OpenSSL
package import POSIX
package import Reactor

/// The HTTP/1.1 server of one loop: its listener, its connections and their deadlines (RFC 9110,
/// RFC 9112). It knows nothing of routes.
package final class HTTPServer {
    let loop: Loop
    private let door: Door<HTTPServer>
    /// Its number among those that share the counter.
    private let number: Int
    let limits: ServerLimits
    let counter: ConnectionCounter
    let handlers: RequestHandlers
    /// For connections that are accepted from now on; nil: they are without TLS.
    package var tlsContext: TLSContext?
    /// Nil: no proxy is trusted.
    private let trustedProxies: TrustedProxies?
    /// Connections whose handshake is under way.
    var handshakeCount = 0
    var connections: [Connection?] = []
    private var freeSlots: [Int] = []
    /// The number the next exchange of a slot gets, so that none is used twice.
    private var exchangeNumbers: [UInt32] = []
    var deadlines: [DeadlineQueue]
    var readBuffer: [UInt8]
    /// When the bytes that are being parsed were taken up.
    var parseStartedAt: Int64 = 0
    var answers = AnswerQueue()
    /// Connections whose answer has more content to be made, now that the client has taken the part
    /// before.
    var sources: [Connection] = []
    /// Contents larger than those of most requests that are held now.
    var largeContents = 0
    /// Connections whose pipelined requests are left for a later turn, in the order of their turns;
    /// those before `takenUpCount` have had it.
    var takeUps: [Connection?] = []
    var takenUpCount = 0
    /// Counts this server's turns, from 1.
    var turn: UInt64 = 1
    var listener: Listener?
    private(set) var isDraining = false
    private var drained: (() -> Void)?
    private var isAskingForRoom = false
    /// What accepting waits for at the start; nil once it has happened.
    private var isReadyToAccept: (() -> Bool)?
    /// Its connections now, and those that it closed because of a limit.
    package internal(set) var figures = ConnectionFigures()

    /// - Parameters:
    ///   - door: the way to this server from other threads.
    ///   - listener: a listening socket.
    ///   - tlsContext: nil: without TLS.
    ///   - wait: what accepting waits for. Clients that connect meanwhile wait in the kernel's
    ///     queue.
    package init(
        loop: Loop, door: Door<HTTPServer>, listener: consuming FileDescriptor,
        tlsContext: TLSContext? = nil, trustedProxies: TrustedProxies? = nil,
        limits: ServerLimits, counter: ConnectionCounter,
        acceptingAfter wait: AcceptingWait?, handlers: RequestHandlers
    ) throws(SystemError) {
        self.loop = loop
        self.door = door
        self.handlers = handlers
        self.tlsContext = tlsContext
        self.trustedProxies = trustedProxies
        self.limits = limits
        self.counter = counter
        readBuffer = [UInt8](repeating: 0, count: ServerLimits.readBytes)
        deadlines = ConnectionTimer.allCases.map { timer in
            DeadlineQueue(timeout: HTTPServer.timeout(of: timer, limits))
        }
        number = counter.join(door)
        isReadyToAccept = wait?.isReady
        Sockets.setUserTimeout(listener.rawValue, milliseconds: limits.userTimeoutMilliseconds)
        self.listener = try Listener(descriptor: listener, server: self)
        if let wait { self.listener?.pause(forNanoseconds: wait.nanosecondsMax) }
    }

    /// Accepts once what it waits for at the start has happened.
    func acceptIfReady() {
        guard let isReadyToAccept, isReadyToAccept() else { return }
        self.isReadyToAccept = nil
        listener?.resume()
    }

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
        where (connection.state == .reading || connection.state == .handshaking)
            && connection.partial == nil && !connection.isTakenUpLater
        {
            arm(connection, .drain)
        }
        if figures.open == 0 { finishDraining() }
    }

    /// Takes over an accepted connection, which the counter has counted.
    func adopt(_ descriptor: consuming FileDescriptor, from peer: PeerAddress) {
        let isFromProxy = isTrusted(peer)
        guard isFromProxy || counter.takeShare(of: peer.network) else {
            figures.overShare += 1
            counter.giveBack()
            return
        }
        let slot = freeSlots.popLast() ?? connections.count
        if slot == connections.count {
            connections.append(nil)
            exchangeNumbers.append(0)
        }
        let rawValue = descriptor.rawValue
        let connection = Connection(
            descriptor: descriptor, peer: peer, isFromProxy: isFromProxy, slot: slot,
            exchangeNumber: exchangeNumbers[slot], server: self)
        do throws(SystemError) {
            connection.registration = try loop.register(rawValue, .readable, for: connection)
        } catch {
            // Out of memory or of watches in the kernel: the client is turned away.
            freeSlots.append(slot)
            giveBackShare(of: connection)
            counter.giveBack()
            return
        }
        connections[slot] = connection
        figures.open += 1
        if let tlsContext {
            beginHandshake(of: connection, tlsContext)
        } else {
            arm(connection, .first)
        }
    }

    func close(_ connection: Connection) {
        guard connection.state != .closed else { return }
        if connection.state == .handshaking { endHandshake(of: connection, .closed) }
        connection.tls?.shutDown()
        connection.state = .closed
        connection.source = nil
        giveBackRoom(of: connection)
        disarm(connection)
        if let registration = connection.registration {
            loop.unregister(connection.descriptor.rawValue, registration)
        }
        exchangeNumbers[connection.slot] = connection.exchangeNumber &+ 1
        connections[connection.slot] = nil
        freeSlots.append(connection.slot)
        figures.open -= 1
        giveBackShare(of: connection)
        counter.giveBack()
        listener?.resume()
        if isDraining && figures.open == 0 { finishDraining() }
    }

    func watch(_ connection: Connection, _ interest: Interest) {
        guard connection.interest != interest, let registration = connection.registration else {
            return
        }
        connection.interest = interest
        do throws(SystemError) {
            try loop.watch(connection.descriptor.rawValue, interest, as: registration)
        } catch {
            close(connection)
        }
    }

    private func isTrusted(_ peer: PeerAddress) -> Bool {
        guard let trustedProxies, let address = peer.address else { return false }
        return trustedProxies.contains(address)
    }

    /// Where a request began that came through a trusted proxy; nil for any other.
    func origin(of head: Span<UInt8>, _ connection: Connection) -> ForwardedOrigin? {
        guard connection.isFromProxy, !head.isEmpty else { return nil }
        return trustedProxies?.origin(ofHead: head, from: connection.peer)
    }

    /// A proxy has none, for its connections are those of many clients.
    private func giveBackShare(of connection: Connection) {
        if !connection.isFromProxy { counter.giveBackShare(of: connection.peer.network) }
    }

    private func finishDraining() {
        let drained = self.drained
        self.drained = nil
        drained?()
    }
}

// Room for others.
extension HTTPServer {
    /// Closes the connection that has idled longest, of those that never sent a byte the first, and
    /// returns whether there was one. One with a request, even one that is still in the kernel, or
    /// with an answer that is still to be sent is not idle.
    ///
    /// - Parameter timers: those that are looked at, in this order.
    func closeLongestIdle(of timers: [ConnectionTimer] = ConnectionTimer.givingWay) -> Bool {
        var triesLeft = ServerLimits.displacementTriesMax
        for timer in timers {
            let idleMin = timer == .handshake ? ServerLimits.handshakeMin : ServerLimits.idleMin
            var next = deadlines[timer.rawValue].first
            while let slot = next, triesLeft > 0 {
                // Those that follow have idled for less.
                let idleSince = deadlines[timer.rawValue].setAt(slot)
                guard loop.now &- idleSince >= idleMin else { break }
                triesLeft -= 1
                next = deadlines[timer.rawValue].member(after: slot)
                guard let connection = connections[slot], connection.queuedEntries == 0,
                    timer == .linger || !Sockets.hasInput(connection.descriptor.rawValue)
                else { continue }
                figures.displaced += 1
                if timer == .handshake { endHandshake(of: connection, .displaced) }
                close(connection)
                return true
            }
        }
        return false
    }

    /// Has one of the other servers close its longest idle connection, and then accepts again.
    func askOthersForRoom() {
        guard !isAskingForRoom else { return }
        let others = counter.members(after: number)
        guard !others.isEmpty else { return }
        isAskingForRoom = true
        HTTPServer.ask(others, for: door, until: loop.now + ServerLimits.acceptPause)
    }

    /// - Parameter end: when the asking server has stopped waiting and needs no room any more.
    private static func ask(
        _ others: ArraySlice<Door<HTTPServer>>, for asking: Door<HTTPServer>, until end: Int64
    ) {
        guard let next = others.first else {
            return asking.post { $0.othersAnswered(hasRoom: false) }
        }
        next.post { server in
            guard server.loop.now < end else { return }
            guard server.closeLongestIdle() else {
                return ask(others.dropFirst(), for: asking, until: end)
            }
            asking.post { $0.othersAnswered(hasRoom: true) }
        }
    }

    private func othersAnswered(hasRoom: Bool) {
        isAskingForRoom = false
        if hasRoom { listener?.resume() }
    }
}

// Deadlines.
extension HTTPServer {
    private static func timeout(of timer: ConnectionTimer, _ limits: ServerLimits) -> Int64 {
        switch timer {
        case .none: 0
        case .handshake: limits.handshakeTimeout
        case .first: limits.firstByteTimeout
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
        if timer != .none { deadlines[timer.rawValue].set(connection.slot, now: loop.now) }
    }

    func disarm(_ connection: Connection) {
        guard connection.timer != .none else { return }
        deadlines[connection.timer.rawValue].clear(connection.slot)
        connection.timer = .none
    }

    /// Whether there are answers to send, or requests to continue with, that came up after the end
    /// of its turn.
    package var isBusy: Bool {
        !answers.entries.isEmpty || !takeUps.isEmpty || !sources.isEmpty
    }

    package var deadline: Int64? {
        var earliest = listener?.resumesAt
        for queue in deadlines {
            guard let deadline = queue.nextDeadline else { continue }
            earliest = min(earliest ?? .max, deadline)
        }
        return earliest
    }

    package func deadlinePassed() {
        if let resumesAt = listener?.resumesAt, resumesAt <= loop.now {
            // A loop that has stopped does not answer.
            isAskingForRoom = false
            listener?.resume()
        }
        for timer in ConnectionTimer.allCases {
            while let slot = deadlines[timer.rawValue].popPassed(now: loop.now) {
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
        case .write:
            // What the client has not read in its time must not stay in the kernel for longer.
            Sockets.dropUnsentOnClose(connection.descriptor.rawValue)
            close(connection)
        case .handshake:
            endHandshake(of: connection, .timeout)
            close(connection)
        case .none, .first, .idle, .linger, .drain: close(connection)
        }
    }
}

/// What a server's accepting waits for at its start.
package struct AcceptingWait {
    let nanosecondsMax: Int64
    let isReady: () -> Bool

    /// - Parameters:
    ///   - nanosecondsMax: after so long it accepts in any case.
    ///   - isReady: whether it can accept; called at the end of each turn until then.
    package init(nanosecondsMax: Int64, isReady: @escaping () -> Bool) {
        self.nanosecondsMax = nanosecondsMax
        self.isReady = isReady
    }
}
