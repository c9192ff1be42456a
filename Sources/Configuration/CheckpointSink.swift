internal import Bytes
package import HTTPClient
internal import POSIX

/// Where checkpoints of the audit log are kept beside it.
package struct CheckpointSink: Sendable {
    /// Only the status of an answer is of use.
    private static let answerBytesMax = 65_536

    private let url: OutgoingURL
    private let token: Secret?
    private let timeoutMilliseconds: Int64

    /// Nil where `audit.checkpoint_url` is not set.
    ///
    /// - Parameter key: of the audit log.
    init?(_ settings: ConfigurationSettings, auditKey key: Secret) throws(ConfigurationError) {
        guard let text = settings.optionalText(.auditCheckpointURL) else {
            guard settings.value(.auditCheckpointToken) == nil else {
                throw CheckpointSink.alone(settings, .auditCheckpointToken, .auditCheckpointURL)
            }
            return nil
        }
        let place = settings.place(.auditCheckpointURL)
        let name = ConfigurationKey.auditCheckpointURL.name
        do throws(OutgoingURLError) { url = try OutgoingURL(text) } catch {
            throw .outgoingURL(at: place, key: name, reason: "\(error)")
        }
        do throws(OutgoingError) { try settings.outgoingRules.check(url) } catch {
            throw .outgoingURL(at: place, key: name, reason: "\(error)")
        }
        token = try CheckpointSink.token(settings, auditKey: key)
        timeoutMilliseconds = settings.duration(.outgoingTimeout).nanoseconds / 1_000_000
    }

    /// Without an audit log there are no checkpoints.
    static func checkIsNotSet(_ settings: ConfigurationSettings) throws(ConfigurationError) {
        for key in [ConfigurationKey.auditCheckpointURL, .auditCheckpointToken]
        where settings.value(key) != nil {
            throw alone(settings, key, .auditDirectory)
        }
    }

    private static func token(
        _ settings: ConfigurationSettings, auditKey: Secret
    ) throws(ConfigurationError) -> Secret? {
        guard case .secret(let token) = settings.value(.auditCheckpointToken) else { return nil }
        func refusal(_ found: String, _ wanted: String) -> ConfigurationError {
            .unacceptable(
                at: settings.place(.auditCheckpointToken),
                key: ConfigurationKey.auditCheckpointToken.name, found: found, wanted: wanted)
        }
        let isVisible = token.withBytes { bytes in
            bytes.indices.allSatisfy { 0x21...0x7E ~= bytes[$0] }
        }
        guard isVisible else {
            throw refusal("a byte that no token has", "visible ASCII without spaces")
        }
        guard !token.isEqual(to: auditKey) else {
            throw refusal("the same as audit.key", "a token of its own: it is sent to the sink")
        }
        return token
    }

    private static func alone(
        _ settings: ConfigurationSettings, _ key: ConfigurationKey, _ partner: ConfigurationKey
    ) -> ConfigurationError {
        .setAlone(at: settings.place(key), key: key.name, partner: partner.name)
    }

    /// The host, as logs name it: path and query may hold secrets.
    package var host: String { url.host }

    /// - Parameters:
    ///   - log: the log's identity.
    ///   - count: how many records it has.
    ///   - hash: of the last of them, in hexadecimal.
    ///   - unixMilliseconds: when that was so.
    package static func body(
        log: String, count: Int, hash: String, unixMilliseconds: Int64
    ) -> [UInt8] {
        var body = Array(#"{"log":"\#(log)","count":\#(count),"hash":"\#(hash)","time":""#.utf8)
        Timestamp.append(unixMilliseconds: unixMilliseconds, to: &body)
        body += Array("\"}\n".utf8)
        return body
    }

    /// - Parameter body: one that `body(log:count:hash:unixMilliseconds:)` made.
    package func request(_ body: [UInt8]) -> OutgoingRequest {
        var fields = [
            ClientField("Content-Type", "application/json"),
            ClientField("User-Agent", "churnd/\(Release.version)"),
        ]
        if let token {
            let text = String(decoding: token.bytes, as: UTF8.self)
            fields.append(ClientField("Authorization", "Bearer \(text)"))
        }
        return OutgoingRequest(
            .post, url, fields: fields, body: body, timeoutMilliseconds: timeoutMilliseconds,
            answerBytesMax: CheckpointSink.answerBytesMax)
    }
}
