internal import POSIX
internal import Reactor

/// How a connection comes about.
extension RedisConnection {
    func attempt() {
        schedule.attemptStarted(now: loop.now)
        if let numeric = lookup.numeric {
            addresses = numeric.reversed()
            connect(orElse: .hostUnknown(reason: "it has no address"))
        } else {
            phase = .resolving
            phaseDeadline = loop.now + deadlineNanoseconds
            lookup.start(for: door)
        }
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
                phaseDeadline = loop.now + deadlineNanoseconds
                return
            } catch {
                failure = .connectFailed(code: error.code)
            }
        }
        lose(failure)
    }

    func connected() {
        guard watch(.readable) else { return }
        isProven = false
        reader = RedisReplyReader(limits: limits)
        if greeting.answerCount == 0 { return open() }
        phase = .greeting(answersMissing: greeting.answerCount)
        phaseDeadline = loop.now + deadlineNanoseconds
        unsentGreeting = greeting.bytes
    }

    func open() {
        phase = .open
        phaseDeadline = .max
        // So that health need not wait for a request or for the next second.
        ask()
    }
}

/// How it ends.
extension RedisConnection {
    /// Gives up the connection, or the attempt to make one.
    func lose(_ failure: RedisFailure) {
        let wasOpen = phase == .open
        closeSocket()
        phase = .disconnected
        phaseDeadline = .max
        nextProbe = .max
        verdict = nil
        unsentGreeting = []
        addresses = []
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
        if let descriptor = socket?.rawValue, let registration {
            loop.unregister(descriptor, registration)
        }
        registration = nil
        socket = nil
        watchesWritable = false
    }
}
