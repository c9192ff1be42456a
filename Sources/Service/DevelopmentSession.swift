internal import Bundle
package import Configuration
internal import JWT
internal import ModelRegistry
internal import Models
internal import OpenSSL
package import OperationsAPI
internal import POSIX

/// What `--dev` makes so that the service can be tried with one paste.
package struct DevelopmentSession {
    private static let secretBytes = 32
    private static let tokenSeconds: Int64 = 24 * 3600
    private static let subject = "developer"

    private let token: String
    private let example: String

    /// Makes a secret, which it puts into `configuration`, and signs a token with it.
    package init(_ configuration: inout ServiceConfiguration) throws(StartError) {
        var token = UnsignedToken(
            subject: DevelopmentSession.subject, issuedAt: Clock.unixMilliseconds() / 1000,
            lifetimeSeconds: DevelopmentSession.tokenSeconds)
        token.issuer = configuration.tokens.issuer
        token.audience = configuration.tokens.audience
        token.scope = configuration.tokens.scope
        token.claims = configuration.tokens.claims
        // A configured one is refused: it would sign a token of a day that is shown on a terminal.
        let text = RandomBytes.hexadecimalText(DevelopmentSession.secretBytes)
        let secret = Secret(Array(text.utf8))
        configuration.tokens.keys = .secret(secret)
        do throws(SigningError) {
            self.token = try token.signed(with: secret.bytes)
        } catch {
            throw .developmentToken(error)
        }
        let path: String
        do throws(RegistryError) {
            path = try ModelDirectory(path: configuration.model.path).servedBundlePath()
        } catch {
            throw .model(path: configuration.model.path, error)
        }
        do throws(BundleError) {
            example = try ModelBundle.exampleRequest(in: path)
        } catch {
            throw .example(path: path, error)
        }
    }

    /// What to paste into a shell.
    package func instructions(
        host: String, port: UInt16, operations: OperationsAddress?, isEncrypted: Bool = false
    ) -> String {
        let authority = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        // Quoted, for brackets are a pattern to some shells.
        let scheme = isEncrypted ? "https" : "http"
        let url = DevelopmentSession.quoted("\(scheme)://\(authority):\(port)/predict")
        return """
            churnd is in development mode: the store is in memory, and only this machine can call
            it. Try:

            curl -sS \(url) -H 'Authorization: Bearer \(token)' \
            -H 'Content-Type: application/json' -d \(DevelopmentSession.quoted(example))
            \(DevelopmentSession.metricsLine(operations))

            """
    }

    /// Empty where nobody listens for it.
    private static func metricsLine(_ operations: OperationsAddress?) -> String {
        guard let operations else { return "" }
        let words =
            switch operations {
            case .tcp: quoted("http://\(operations)/metrics")
            case .unix(let path): "--unix-socket \(quoted(path)) http://localhost/metrics"
            }
        return "\nMetrics: curl -sS \(words)\n"
    }

    /// A text as one word of a POSIX shell (XCU 2.2.2): nothing is special between single quotes
    /// but the quote itself.
    package static func quoted(_ text: String) -> String {
        let parts = text.split(separator: "'", omittingEmptySubsequences: false)
        return "'" + parts.joined(separator: "'\\''") + "'"
    }
}
