package import Redis

/// The admission script as a connection's probe: run each second over a subject that no token can
/// have, so that health sees what a prediction would meet: writes are not allowed, Redis is full, a
/// right is missing. It leaves no key.
package enum AdmissionProbe {
    /// A `sub` and a `jti` have no control characters.
    private static let name: [UInt8] = [0x01] + Array("churnd".utf8)
    /// - Parameter markerKey: as in the store's own questions.
    package static func make(markerKey: [UInt8]?) -> RedisProbe {
        let rules = ScriptRules(
            limit: 2, windowMilliseconds: 1000, markerKey: markerKey)
        var group = AdmissionGroup()
        group.appendProbe(name.span, limit: rules.limit)
        let question = group
        return RedisProbe(
            append: {
                question.appendCommand(
                    to: &$0, as: $1, nonce: $2, rules: rules, trustedMilliseconds: 0)
            },
            judge: judge)
    }

    private static func judge(_ reply: RedisReply, _ nonce: Int) -> RedisProbe.Verdict {
        guard case .array(let elements) = reply,
            let answer = AdmissionAnswer(elements, nonce: nonce),
            answer.numbers.count == 1
        else { return .stray }
        for case .error(let text) in answer.numbers {
            return .fails(RedisErrorCode(of: text))
        }
        return .passes
    }
}
