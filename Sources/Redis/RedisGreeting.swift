internal import Bytes

/// What is said first on a connection, and what must be answered.
struct RedisGreeting {
    private enum Step { case authenticate, select, role, primary, epoch, subscribe }

    /// The commands.
    private(set) var bytes: [UInt8] = []
    private var steps: [Step] = []

    /// To Redis: AUTH and SELECT, as far as the endpoint asks for them, and ROLE of what a Sentinel
    /// has named, which may have become a replica.
    init(to endpoint: RedisEndpoint) {
        if let password = endpoint.password {
            bytes.appendRedisCommand(argumentCount: endpoint.user == nil ? 2 : 3)
            bytes.appendRedisArgument("AUTH")
            if let user = endpoint.user { bytes.appendRedisArgument(Array(user.utf8).span) }
            bytes.appendRedisArgument(password.span)
            steps.append(.authenticate)
        }
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
    }

    /// To a Sentinel: where the primary of this name is, and by which failover.
    init(askingFor primaryName: String) {
        for question in ["GET-MASTER-ADDR-BY-NAME", "MASTER"] {
            bytes.appendRedisCommand(argumentCount: 3)
            for word in ["SENTINEL", question, primaryName] {
                bytes.appendRedisArgument(Array(word.utf8).span)
            }
        }
        steps = [.primary, .epoch]
    }

    private init() {
        bytes.appendRedisCommand(argumentCount: 2)
        bytes.appendRedisArgument("SUBSCRIBE")
        bytes.appendRedisArgument("+switch-master")
        steps.append(.subscribe)
    }

    /// To a Sentinel: that it reports another primary.
    static var subscribing: RedisGreeting { RedisGreeting() }

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
            case .primary, .epoch, .subscribe: .sentinelRefused(code)
            }
        }
        switch step {
        case .authenticate, .select, .subscribe: return nil
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
    /// The number of the failover that made the primary, which each has larger than the one before:
    /// from names and values of SENTINEL MASTER. Nil for another answer.
    static func epoch(in answer: RedisReply) -> Int? {
        guard case .array(let parts) = answer,
            let index = parts.firstIndex(of: .bulk(Array("config-epoch".utf8))),
            index + 1 < parts.count, case .bulk(let digits) = parts[index + 1]
        else { return nil }
        return Int(decimal: digits[...])
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
