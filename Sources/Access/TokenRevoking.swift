internal import Bytes
internal import Redis

// How a caller's own token is revoked.
extension RedisAdmissionStore {
    /// In a script, so that an error comes within the reply: what a user may not do must not make
    /// Redis' health fail, or each caller could.
    private static let revokingScript: StaticString =
        "return {redis.pcall('SET', KEYS[1], '1', 'EX', ARGV[1])}"

    /// Revokes a token by its `jti` or its text. `completion` is called once, on the loop, with
    /// what went wrong, or nil.
    ///
    /// - Parameter deadline: nanoseconds of the monotonic clock.
    package func revoke(
        _ name: [UInt8], seconds: Int, deadline: Int64,
        completion: @escaping (AdmissionFailure?) -> Void
    ) {
        ownRevocations?.add(name)
        connection.send(deadline: deadline) { bytes in
            bytes.appendRedisCommand(argumentCount: 5)
            bytes.appendRedisArgument("EVAL")
            bytes.appendRedisArgument(RedisAdmissionStore.revokingScript)
            bytes.appendRedisArgument(1)
            bytes.appendRedisArgument(AdmissionKeys.revocation, name.span)
            bytes.appendRedisArgument(seconds)
        } completion: { [unowned self] in
            let failure = failure(of: $0)
            // What was refused is not reported.
            if failure?.isRefusal == true { _ = ownRevocations?.take(name) }
            completion(failure)
        }
    }

    private func failure(
        of result: Result<RedisReply, RedisFailure>
    ) -> AdmissionFailure? {
        switch result {
        case .success(.array(let elements)):
            switch elements.first {
            case .status: return nil
            case .error(let text): return failure(saying: text)
            case .integer, .bulk, .null, .array, nil: return .unexpectedReply
            }
        case .success(.error(let text)): return failure(saying: text)
        case .success: return .unexpectedReply
        case .failure(let failure): return .redis(failure)
        }
    }

    private func failure(saying text: [UInt8]) -> AdmissionFailure {
        let code = RedisErrorCode(of: text)
        // Connecting again may find the primary. Of other errors the probe knows by itself.
        if code == .readOnly { connection.noteError(code) }
        return .redis(.errorReply(code))
    }
}

extension AdmissionFailure {
    /// Whether what was asked is known not to have been done.
    package var isRefusal: Bool {
        if case .redis(.errorReply) = self { true } else { false }
    }
}
