/// What a connection asks each second, and at its beginning, to know whether Redis can do its work.
package struct RedisProbe {
    /// A question is asked in short form first, and in full where Redis answers NOSCRIPT.
    package enum Form { case short, full }

    /// What its reply means.
    package enum Verdict: Equatable, Sendable {
        case passes
        /// Redis answers, but cannot serve.
        case fails(RedisErrorCode)
        /// The reply is not one to this question.
        case stray
    }

    /// Whether any reply that is not an error shows that Redis serves. False where commands can
    /// fail for reasons that only this question meets, as writes on a replica do.
    let isPing: Bool
    /// Appends one command; its reply must carry the nonce.
    let append: (inout [UInt8], _ form: Form, _ nonce: Int) -> Void
    /// What the reply to the question with this nonce means; error replies are handled elsewhere.
    let judge: (RedisReply, _ nonce: Int) -> Verdict

    package init(
        append: @escaping (inout [UInt8], _ form: Form, _ nonce: Int) -> Void,
        judge: @escaping (RedisReply, _ nonce: Int) -> Verdict
    ) {
        isPing = false
        self.append = append
        self.judge = judge
    }

    private init() {
        isPing = true
        append = { bytes, _, _ in
            bytes.appendRedisCommand(argumentCount: 1)
            bytes.appendRedisArgument("PING")
        }
        judge = { _, _ in .passes }
    }

    /// For connections that are used for unknown commands.
    package static var ping: RedisProbe { RedisProbe() }
}
