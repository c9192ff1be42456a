internal import Access
internal import ArgumentParser
internal import OperationsAPI
internal import Redis

/// The revocations in a Redis: a name is revoked while its key exists.
struct RedisRevocations {
    private static let keyPrefix = Array("\(AdmissionKeys.revocation)".utf8)

    private let session: RedisSession
    private let place: String

    /// - Parameter place: the Redis, without its password.
    init(session: RedisSession, place: String) {
        self.session = session
        self.place = place
    }

    func revoke(_ name: RevokedName, seconds: Int64) throws {
        let reply = try ask([
            Array("SET".utf8), key(name), Array("1".utf8), Array("EX".utf8),
            Array("\(seconds)".utf8),
        ])
        guard case .status = reply else { throw failure("SET: an answer that is not a status") }
    }

    /// Whether the name was revoked.
    func unrevoke(_ name: RevokedName) throws -> Bool {
        try count([Array("DEL".utf8), key(name)]) > 0
    }

    func isRevoked(_ name: RevokedName) throws -> Bool {
        try count([Array("EXISTS".utf8), key(name)]) > 0
    }

    private func key(_ name: RevokedName) -> [UInt8] {
        RedisRevocations.keyPrefix + name.bytes
    }

    private func count(_ command: [[UInt8]]) throws -> Int64 {
        guard case .integer(let count) = try ask(command) else {
            throw failure("an answer that is not a number")
        }
        return count
    }

    private func ask(_ command: [[UInt8]]) throws -> RedisReply {
        switch session.command(command) {
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
        }
    }
}
