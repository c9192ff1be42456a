internal import Access
internal import ArgumentParser
internal import Bytes
internal import OperationsAPI
internal import Redis

/// The revocations in a Redis: a token is revoked while its key exists, the tokens of a subject up
/// to the time that its key holds.
struct RedisRevocations {
    private let session: RedisSession
    private let place: String

    /// - Parameter place: the Redis, without its password.
    init(session: RedisSession, place: String) {
        self.session = session
        self.place = place
    }

    /// - Parameters:
    ///   - value: what the key is to hold.
    ///   - seconds: nil for a key that stays.
    func revoke(_ name: RevokedName, value: Int64 = 1, seconds: Int64?) throws {
        let end = seconds.map { [Array("EX".utf8), Array("\($0)".utf8)] } ?? []
        let reply = try ask([Array("SET".utf8), key(name), Array("\(value)".utf8)] + end)
        guard case .status = reply else { throw failure("SET: an answer that is not a status") }
    }

    /// Whether the name was revoked.
    func unrevoke(_ name: RevokedName) throws -> Bool {
        try count([Array("DEL".utf8), key(name)]) > 0
    }

    func isRevoked(_ name: RevokedName) throws -> Bool {
        try count([Array("EXISTS".utf8), key(name)]) > 0
    }

    /// Whether a token is among those of its subject that are revoked, judged as the script does.
    func isRevoked(subjectOf token: RevocableToken) throws -> Bool {
        guard let subject = token.subject else { return false }
        switch try ask([Array("GET".utf8), key(.subject(subject))], orWrongType: .bulk([])) {
        case .null: return false
        case .bulk(let text):
            guard let issuedAt = token.issuedAt, text.allSatisfy(ASCII.isDigit),
                let before = Double(String(decoding: text, as: UTF8.self))
            else { return true }
            return issuedAt.rounded(.down) <= before
        case .status, .error, .integer, .array: throw failure("GET: an answer that is not a text")
        }
    }

    private func key(_ name: RevokedName) -> [UInt8] {
        let prefix = name.isSubject ? AdmissionKeys.revokedBefore : AdmissionKeys.revocation
        return Array("\(prefix)".utf8) + name.bytes
    }

    private func count(_ command: [[UInt8]]) throws -> Int64 {
        guard case .integer(let count) = try ask(command) else {
            throw failure("an answer that is not a number")
        }
        return count
    }

    /// - Parameter wrongType: what stands for the answer that a key is of another type.
    private func ask(
        _ command: [[UInt8]], orWrongType wrongType: RedisReply? = nil
    ) throws -> RedisReply {
        switch session.command(command) {
        case .success(.error(let text)) where RedisErrorCode(of: text) == .wrongType:
            guard let wrongType else { throw failure("a key of another type") }
            return wrongType
        case .success(.error(let text)):
            throw failure(
                "\(String(decoding: command[0], as: UTF8.self)) was answered with "
                    + "\(RedisErrorCode(of: text))")
        case .success(let reply): return reply
        case .failure(let reason): throw failure("\(reason)")
        }
    }

    private func failure(_ reason: String) -> CommandFailure {
        CommandFailure(.unavailable, "\(place): \(reason)")
    }
}

extension RevokedName {
    /// Its key, fit for a terminal; the token itself is not shown.
    var shownKey: String {
        switch self {
        case .tokenID(let id):
            TerminalText.plain(
                "\(AdmissionKeys.revocation)\(String(decoding: id, as: UTF8.self))")
        case .token: "\(AdmissionKeys.revocation)<the token>"
        case .signedPart: "\(AdmissionKeys.revocation)<the token without its signature>"
        case .subject(let subject):
            TerminalText.plain(
                "\(AdmissionKeys.revokedBefore)\(String(decoding: subject, as: UTF8.self))")
        }
    }
}
