internal import POSIX
internal import Reactor

/// How a connection comes about.
extension RedisConnection {
    func attempt() {
        schedule.attemptStarted(now: loop.now)
        guard endpoint.primaryName != nil else { return dial(endpoint.places[0]) }
        sentinels = endpoint.places + neighbours.learnedSentinels
        sentinelsLeft = sentinels.count
        askSentinel(neighbours.firstSentinel)
    }

    private func askSentinel(_ index: Int) {
        sentinel = index % sentinels.count
        sentinelsLeft -= 1
        primary = nil
        epoch = nil
        isAsking = true
        greeting = RedisGreeting(askingFor: endpoint.primaryName ?? "", as: endpoint)
        dial(sentinels[sentinel])
    }

    /// One of a Sentinel's answers, which is good.
    func take(fromSentinel answer: RedisReply) {
        if primary == nil {
            primary = RedisPlace(answer)
        } else if epoch == nil {
            epoch = RedisGreeting.epoch(in: answer)
        }
    }

    /// A Sentinel has answered where the primary is, by which failover that became one, and now
    /// which other Sentinels there are.
    func found(_ answer: RedisReply) {
        guard let place = primary, let epoch else { return lose(.primaryUnknown) }
        neighbours.learn(
            RedisGreeting.others(in: answer, max: RedisEndpoint.sentinelsMax),
            beside: endpoint.places)
        // For seconds after a failover some Sentinels name the old primary, which may be back.
        guard neighbours.isCurrent(epoch) else { return lose(.staleSentinel) }
        closeSocket()
        isAsking = false
        greeting = greetingOfRedis
        dial(place)
    }

    private func dial(_ place: RedisPlace) {
        // Nothing of an earlier connection is read as an answer on this one.
        reader = RedisReplyReader(limits: limits)
        dialled = place
        hasReceived = false
        if endpoint.tls == nil, let immediate = AddressLookup.immediate(place) {
            return connect(to: RedisDestination(addresses: immediate))
        }
        phase = .resolving
        phaseDeadline = loop.now + stepNanoseconds
        AddressLookup.start(place, endpoint.tls, for: door)
    }

    func connect(to destination: RedisDestination) {
        addresses = destination.addresses.reversed()
        tlsContext = destination.tls
        connect(orElse: .hostUnknown(reason: "it has no address"))
    }

    /// A Sentinel has less time than Redis, so that there is some for the next one.
    private var stepNanoseconds: Int64 {
        guard isAsking else { return deadlineNanoseconds }
        return max(deadlineNanoseconds / 4, RedisConnection.sentinelNanosecondsMin)
    }

    /// Tries the next address; without one, the attempt has come to nothing because of `failure`.
    func connect(orElse failure: RedisFailure) {
        var failure = failure
        while let address = addresses.popLast() {
            do throws(SystemError) {
                let connecting = try Sockets.connect(to: address)
                registration = try loop.register(connecting.rawValue, .writable, for: self)
                socket = consume connecting
                phase = .connecting
                phaseDeadline = loop.now + stepNanoseconds
                return
            } catch {
                failure = .connectFailed(code: error.code)
            }
        }
        lose(failure)
    }

    func connected() {
        if let tlsContext { return beginHandshake(tlsContext) }
        greet()
    }

    /// What is connected to may be spoken to.
    func greet() {
        guard watch(.readable) else { return }
        isProven = false
        if greeting.answerCount == 0 { return open() }
        phase = .greeting(answersMissing: greeting.answerCount)
        phaseDeadline = loop.now + stepNanoseconds
        unsentGreeting = greeting.bytes
    }

    func open() {
        phase = .open
        phaseDeadline = .max
        if case .keys(let events) = subscription { events.began() }
        // So that health need not wait for a request or for the next second.
        ask()
    }
}

/// How it ends.
extension RedisConnection {
    /// Gives up the connection, or the attempt to make one unless another Sentinel can be asked.
    func lose(_ cause: RedisFailure) {
        var failure = cause
        if case .host = dialled, endpoint.tls == nil, !hasReceived { failure = cause.ofUnanswered }
        let wasOpen = phase == .open
        if endpoint.primaryName != nil, !(wasOpen && isProven) {
            neighbours.passSentinel(sentinel, of: max(1, sentinels.count))
        }
        closeSocket()
        phase = .disconnected
        phaseDeadline = .max
        nextProbe = .max
        verdict = nil
        unsentGreeting = []
        addresses = []
        tlsContext = nil
        primary = nil
        if isAsking, sentinelsLeft > 0 { return askSentinel(sentinel + 1) }
        isAsking = false
        if case .keys(let events) = subscription { events.ended(failure) }
        if wasOpen && isProven {
            schedule.connectionLost(now: loop.now)
        } else {
            schedule.attemptFailed(now: loop.now)
        }
        note(failure)
        // A passed deadline says that Redis hangs: all that wait for it end with the connection.
        // Otherwise what has not begun to leave may still find another one.
        let ended =
            wasOpen && failure == .deadlinePassed ? queue.removeAll() : queue.removeBegun()
        for completion in ended { completion(.failure(failure)) }
    }

    func note(_ failure: RedisFailure) {
        latestFailure = failure
        health.recordFailure(failure, now: loop.now)
    }

    func closeSocket() {
        // It has the descriptor.
        tls = nil
        if let descriptor = socket?.rawValue, let registration {
            loop.unregister(descriptor, registration)
        }
        registration = nil
        socket = nil
        watchesWritable = false
    }
}
