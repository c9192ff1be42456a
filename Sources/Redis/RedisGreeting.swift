internal import Bytes

/// What is said first on a connection, and what must be answered.
struct RedisGreeting {
    private enum Step {
        case authenticate, select, role, sentinelAuthenticate, primary, epoch, others, subscribe,
            listen
    }

    /// The commands.
    private(set) var bytes: [UInt8] = []
    private var steps: [Step] = []

    /// To Redis: AUTH and SELECT, as far as the endpoint asks for them, and ROLE of what a Sentinel
    /// has named, which may have become a replica.
    ///
    /// - Parameter prefixes: of keys whose changes it is to report.
    init(to endpoint: RedisEndpoint, listeningTo prefixes: [StaticString] = []) {
        appendAuthentication(endpoint.user, endpoint.password, .authenticate)
        if endpoint.database != 0 {
            bytes.appendRedisCommand(argumentCount: 2)
            bytes.appendRedisArgument("SELECT")
            bytes.appendRedisArgument(endpoint.database)
            steps.append(.select)
        }
        if endpoint.primaryName != nil {
            bytes.appendRedisCommand(argumentCount: 1)
            bytes.appendRedisArgument("ROLE")
            steps.append(.role)
        }
        guard !prefixes.isEmpty else { return }
        bytes.appendRedisCommand(argumentCount: 1 + prefixes.count)
        bytes.appendRedisArgument("PSUBSCRIBE")
        for prefix in prefixes {
            let pattern = "__keyspace@\(endpoint.database)__:\(prefix)*"
            bytes.appendRedisArgument(Array(pattern.utf8).span)
            // Each pattern has an answer.
            steps.append(.listen)
        }
    }

    /// To a Sentinel: where the primary of this name is, by which failover, and which other
    /// Sentinels there are.
    init(askingFor primaryName: String, as endpoint: RedisEndpoint) {
        appendAuthentication(
            endpoint.sentinelUser, endpoint.sentinelPassword, .sentinelAuthenticate)
        for question in ["GET-MASTER-ADDR-BY-NAME", "MASTER", "SENTINELS"] {
            bytes.appendRedisCommand(argumentCount: 3)
            for word in ["SENTINEL", question, primaryName] {
                bytes.appendRedisArgument(Array(word.utf8).span)
            }
        }
        steps += [.primary, .epoch, .others]
    }

    /// To a Sentinel: that it reports another primary.
    init(subscribingAs endpoint: RedisEndpoint) {
        appendAuthentication(
            endpoint.sentinelUser, endpoint.sentinelPassword, .sentinelAuthenticate)
        bytes.appendRedisCommand(argumentCount: 2)
        bytes.appendRedisArgument("SUBSCRIBE")
        bytes.appendRedisArgument("+switch-master")
        steps.append(.subscribe)
    }

    private mutating func appendAuthentication(
        _ user: String?, _ password: [UInt8]?, _ step: Step
    ) {
        guard let password else { return }
        bytes.appendRedisCommand(argumentCount: user == nil ? 2 : 3)
        bytes.appendRedisArgument("AUTH")
        if let user { bytes.appendRedisArgument(Array(user.utf8).span) }
        bytes.appendRedisArgument(password.span)
        steps.append(step)
    }

    var answerCount: Int { steps.count }

    /// What is wrong with an answer that comes while `answersMissing` are missing; nil for a good
    /// one.
    func failure(_ answer: RedisReply, answersMissing: Int) -> RedisFailure? {
        let step = steps[steps.count - answersMissing]
        if case .error(let text) = answer {
            let code = RedisErrorCode(of: text)
            return switch step {
            case .authenticate: .authenticationRefused(code)
            case .select: .databaseRefused(code)
            case .role: .roleRefused(code)
            case .sentinelAuthenticate: .sentinelAuthenticationRefused(code)
            case .primary, .epoch, .others, .subscribe: .sentinelRefused(code)
            case .listen: .listeningRefused(code)
            }
        }
        switch step {
        case .authenticate, .select, .sentinelAuthenticate, .others, .subscribe, .listen:
            return nil
        case .primary: return RedisPlace(answer) == nil ? .primaryUnknown : nil
        case .epoch: return RedisGreeting.epoch(in: answer) == nil ? .protocolViolation : nil
        case .role:
            guard case .array(let parts) = answer, parts.first == .bulk(Array("master".utf8))
            else { return .notPrimary }
            return nil
        }
    }
}

extension RedisGreeting {
    /// Where the other Sentinels are: of each, names and values, in an answer to SENTINEL
    /// SENTINELS. Those without a place are skipped, and so are more than `max`.
    static func others(in answer: RedisReply, max: Int) -> [RedisPlace] {
        guard case .array(let sentinels) = answer else { return [] }
        return Array(
            sentinels.lazy.compactMap { sentinel -> RedisPlace? in
                guard let host = value(of: "ip", in: sentinel),
                    let port = value(of: "port", in: sentinel)
                else { return nil }
                return RedisPlace(host: host[...], port: port[...])
            }.prefix(max))
    }

    private static func value(of name: String, in answer: RedisReply) -> [UInt8]? {
        guard case .array(let parts) = answer,
            let index = parts.firstIndex(of: .bulk(Array(name.utf8))),
            index + 1 < parts.count, case .bulk(let value) = parts[index + 1]
        else { return nil }
        return value
    }

    /// The number of the failover that made the primary, which each has larger than the one before:
    /// from names and values of SENTINEL MASTER. Nil for another answer.
    static func epoch(in answer: RedisReply) -> Int? {
        value(of: "config-epoch", in: answer).flatMap { Int(decimal: $0[...]) }
    }
}

extension RedisPlace {
    private static let hostBytesMax = 255

    /// Reads a Sentinel's answer: host and port. Nil for any other.
    init?(_ answer: RedisReply) {
        guard case .array(let parts) = answer, parts.count == 2, case .bulk(let host) = parts[0],
            case .bulk(let port) = parts[1]
        else { return nil }
        self.init(host: host[...], port: port[...])
    }

    init?(host: ArraySlice<UInt8>, port: ArraySlice<UInt8>) {
        guard 1...RedisPlace.hostBytesMax ~= host.count, host.allSatisfy(ASCII.isHost),
            let number = Int(decimal: port), number > 0, let port = UInt16(exactly: number)
        else { return nil }
        self = .host(String(decoding: host, as: UTF8.self), port: port)
    }
}
