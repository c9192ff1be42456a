internal import Bytes
internal import Configuration
internal import HTTPClient
internal import JWT

/// Whether the issuer's keys can be fetched now, and which they are.
enum KeySetCheck {
    private static let subject = "issuer's keys"

    /// Nothing where `jwt.jwks` is no URL.
    static func examine(_ configuration: ServiceConfiguration) -> [DoctorFinding] {
        guard case .named(let keys) = configuration.tokens.keys, let source = keys.files.source
        else { return [] }
        let client = OutgoingClient(
            "doctor", rules: configuration.outgoing.rules,
            trust: OutgoingTrust(path: configuration.outgoing.authoritiesPath))
        let answer: ClientAnswer
        do throws(OutgoingError) {
            answer = try client.ask(source.request(entityTag: nil))
        } catch { return [DoctorFinding(.failure, subject, "\(error)")] }
        do throws(KeySetAnswerError) {
            guard let set = try KeySetSource.set(in: answer, wasKnown: false) else { return [] }
            return findings(set, source)
        } catch { return [DoctorFinding(.failure, subject, "\(source.host): \(error)")] }
    }

    private static func findings(
        _ set: JSONWebKeySet, _ source: KeySetSource
    ) -> [DoctorFinding] {
        let keys = set.keys.map { key in
            DoctorFinding(
                .good, "token key",
                "\(key.id.map(ShownText.name) ?? "without a kid"): \(key.algorithm.rawValue)")
        }
        let skipped = set.skipped.map { key in
            DoctorFinding(
                .warning, "token key",
                "\(key.id.map(ShownText.name) ?? "without a kid"): skipped: \(key.reason)")
        }
        let count = DoctorFinding(.good, subject, "\(set.keys.count) fetched from \(source.host)")
        return [count] + keys + skipped
    }
}
