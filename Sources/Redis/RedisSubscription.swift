package import Reactor

/// What a connection listens to, where it is not for commands.
enum RedisSubscription {
    /// The messages of a Sentinel on `+switch-master`.
    case primaries((_ message: [UInt8]) -> Void)
    case keys(RedisKeyEvents)

    /// Takes what was published; false for another reply.
    func take(_ reply: borrowing RedisReply) -> Bool {
        guard case .array(let parts) = copy reply else { return false }
        switch self {
        // With the word `message` and the channel; other replies on such a connection have two.
        case .primaries(let take):
            guard parts.count == 3 else { return false }
            if case .bulk(let message) = parts[2] { take(message) }
        // With the word `pmessage`, the pattern and the channel.
        case .keys(let events):
            guard parts.count == 4 else { return false }
            if case .bulk(let channel) = parts[2], case .bulk(let event) = parts[3],
                let colon = channel.firstIndex(of: UInt8(ascii: ":"))
            {
                events.take(channel[(colon + 1)...], event)
            }
        }
        return true
    }
}

/// The changes of some keys, as Redis publishes them where its `notify-keyspace-events` says so.
/// What is changed while there is no connection is not reported later.
package struct RedisKeyEvents {
    /// What the keys begin with.
    let prefixes: [StaticString]
    /// A key, and the name of the event, such as `set`.
    let take: (_ key: ArraySlice<UInt8>, _ event: [UInt8]) -> Void
    /// It listens from now on.
    let began: () -> Void
    /// It does not listen any more, or could not begin to.
    let ended: (RedisFailure) -> Void

    package init(
        prefixes: [StaticString],
        take: @escaping (_ key: ArraySlice<UInt8>, _ event: [UInt8]) -> Void,
        began: @escaping () -> Void, ended: @escaping (RedisFailure) -> Void
    ) {
        self.prefixes = prefixes
        self.take = take
        self.began = began
        self.ended = ended
    }
}

extension RedisConnection {
    /// A connection that listens to keys of the endpoint's database.
    package convenience init(
        listeningTo events: RedisKeyEvents, loop: Loop, door: Door<RedisConnection>,
        endpoint: RedisEndpoint, deadlineNanoseconds: Int64, neighbours: RedisNeighbours
    ) {
        self.init(
            loop: loop, door: door, endpoint: endpoint, deadlineNanoseconds: deadlineNanoseconds,
            limits: .standard, probe: .ping,
            health: RedisHealth(deadlineNanoseconds: deadlineNanoseconds), neighbours: neighbours,
            subscription: .keys(events))
    }

    /// Ends the loop of a connection that listens.
    package func stopListening() { loop.stop() }

    /// What is said to Redis first.
    var greetingOfRedis: RedisGreeting {
        if case .keys(let events) = subscription {
            RedisGreeting(to: endpoint, listeningTo: events.prefixes)
        } else {
            RedisGreeting(to: endpoint)
        }
    }
}
