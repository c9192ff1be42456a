internal import Bytes
package import HTTPClient
package import JWT
internal import POSIX

/// The URL of an issuer's set of keys, and for how long a set from there is used.
package struct KeySetSource: Sendable {
    /// No set is used for longer without being fetched again, whatever the issuer says of it.
    package static let ageSecondsMax: Int64 = 86_400
    /// An answer to be judged may have as many bytes as a set.
    private static let answerBytesMax = JSONWebKeySet.Limits.bytesMax
    private static let entityTagBytesMax = 1024

    private let url: OutgoingURL
    private let timeoutMilliseconds: Int64
    /// How long a set may be used before it is fetched again.
    package let ageSeconds: ClosedRange<Int64>
    package let staleSeconds: Int64
    package let cooldownSeconds: Int64

    /// Nil where `jwt.jwks` is not set, or a file.
    init?(_ settings: ConfigurationSettings) throws(ConfigurationError) {
        guard let text = settings.optionalText(.tokenKeySet), KeySetSource.isURL(text) else {
            return nil
        }
        let place = settings.place(.tokenKeySet)
        let name = ConfigurationKey.tokenKeySet.name
        do throws(OutgoingURLError) { url = try OutgoingURL(text) } catch {
            throw .outgoingURL(at: place, key: name, reason: "\(error)")
        }
        do throws(OutgoingError) { try settings.outgoingRules.check(url) } catch {
            throw .outgoingURL(at: place, key: name, reason: "\(error)")
        }
        timeoutMilliseconds = settings.duration(.outgoingTimeout).nanoseconds / 1_000_000
        ageSeconds =
            Int64(settings.integer(.tokenKeySetAgeMin))...KeySetSource.ageSecondsMax
        staleSeconds = Int64(settings.integer(.tokenKeySetStale))
        cooldownSeconds = Int64(settings.integer(.tokenKeySetCooldown))
    }

    /// Whether a value of `jwt.jwks` is not a path.
    static func isURL(_ text: String) -> Bool { text.contains("://") }

    /// The host, as logs name it: path and query may hold secrets.
    package var host: String { url.host }

    /// - Parameter entityTag: of the answer before, where it had one.
    package func request(entityTag: String?) -> OutgoingRequest {
        var fields = [
            ClientField("Accept", "application/jwk-set+json, application/json"),
            ClientField("User-Agent", "churnd/\(Release.version)"),
        ]
        if let entityTag { fields.append(ClientField("If-None-Match", entityTag)) }
        return OutgoingRequest(
            .get, url, fields: fields, timeoutMilliseconds: timeoutMilliseconds,
            answerBytesMax: KeySetSource.answerBytesMax)
    }

    /// The set in an answer; nil where it is the same as before.
    ///
    /// - Parameter wasKnown: whether the request had an entity tag.
    package static func set(
        in answer: ClientAnswer, wasKnown: Bool
    ) throws(KeySetAnswerError) -> JSONWebKeySet? {
        if answer.status == 304, wasKnown { return nil }
        guard answer.status == 200 else { throw .status(answer.status) }
        let type = answer.field("content-type") ?? ""
        let essence = type.prefix { $0 != ";" && $0 != " " }.lowercased()
        guard essence == "application/json" || essence == "application/jwk-set+json" else {
            throw .type
        }
        do throws(JSONWebKeySetError) { return try JSONWebKeySet(answer.body.span) } catch {
            throw .set(error)
        }
    }

    /// Of an answer, where it can be sent back.
    package static func entityTag(of answer: ClientAnswer) -> String? {
        guard let tag = answer.field("etag"), tag.utf8.count <= entityTagBytesMax,
            tag.utf8.allSatisfy({ 0x21...0x7E ~= $0 })
        else { return nil }
        return tag
    }
}

/// Why an answer holds no set of keys that can be used.
package enum KeySetAnswerError: Error, Equatable, Sendable, CustomStringConvertible {
    case status(Int)
    case type
    case set(JSONWebKeySetError)

    /// Whether it is no set at all, but an issuer in trouble.
    package var isFailure: Bool {
        switch self {
        case .status(let status): status == 429 || status >= 500
        case .type, .set: false
        }
    }

    package var description: String {
        switch self {
        case .status(let status) where 300..<400 ~= status:
            "a redirect (status \(status)), expected the set itself: redirects are not followed"
        case .status(let status): "status \(status), expected 200"
        case .type: "another Content-Type, expected application/json or application/jwk-set+json"
        case .set(let error): "\(error)"
        }
    }
}

extension OutgoingSyntax {
    /// Whether a value is spelled so.
    func accepts(_ text: String) -> Bool {
        switch self {
        case .networks: OutgoingSyntax.networks(text) != nil
        case .ports: OutgoingSyntax.ports(text) != nil
        }
    }

    static func networks(_ text: String) -> [AddressBlock]? {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        let networks = words.compactMap { AddressBlock(String($0)) }
        guard networks.count == words.count,
            networks.count <= ConfigurationLimits.outgoingNetworksMax
        else { return nil }
        return networks
    }

    static func ports(_ text: String) -> Set<UInt16>? {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        let ports = words.compactMap { word in
            Int(decimal: word.utf8).flatMap { UInt16(exactly: $0) }
        }.filter { $0 > 0 }
        guard ports.count == words.count, ports.count <= ConfigurationLimits.outgoingPortsMax
        else { return nil }
        return Set(ports)
    }
}

extension ConfigurationSettings {
    /// `outgoing.networks` and `outgoing.ports`, which were read before.
    var outgoingRules: OutgoingRules {
        OutgoingRules(
            networks: optionalText(.outgoingNetworks).flatMap(OutgoingSyntax.networks) ?? [],
            ports: OutgoingSyntax.ports(text(.outgoingPorts)) ?? [])
    }
}
