/// What is said first on a connection: AUTH and SELECT, as far as the endpoint asks for them.
struct RedisGreeting {
    private enum Step { case authenticate, select }

    /// The commands.
    let bytes: [UInt8]
    private let steps: [Step]

    init(_ endpoint: RedisEndpoint) {
        var bytes: [UInt8] = []
        var steps: [Step] = []
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
        self.bytes = bytes
        self.steps = steps
    }

    var answerCount: Int { steps.count }

    /// What an error means that comes while `answersMissing` answers are missing.
    func failure(_ code: RedisErrorCode, answersMissing: Int) -> RedisFailure {
        switch steps[steps.count - answersMissing] {
        case .authenticate: .authenticationRefused(code)
        case .select: .databaseRefused(code)
        }
    }
}
