internal import Bytes
internal import Dispatch
internal import OpenSSL
package import POSIX

/// A request to another service.
package struct OutgoingRequest: Sendable {
    package let method: ClientMethod
    package let url: OutgoingURL
    /// Beside those that every request has.
    package let fields: [ClientField]
    /// Nil: none; its type is one of the fields.
    package let body: [UInt8]?
    /// For everything: the lookup of the name, the connection, the whole answer.
    package let timeoutMilliseconds: Int64
    /// Of the answer's content.
    package let answerBytesMax: Int

    package init(
        _ method: ClientMethod, _ url: OutgoingURL, fields: [ClientField] = [],
        body: [UInt8]? = nil, timeoutMilliseconds: Int64, answerBytesMax: Int
    ) {
        self.method = method
        self.url = url
        self.fields = fields
        self.body = body
        self.timeoutMilliseconds = timeoutMilliseconds
        self.answerBytesMax = answerBytesMax
    }
}

/// Where outgoing requests may go.
package struct OutgoingRules: Sendable {
    let judge: AddressJudge
    let ports: Set<UInt16>
    let allowsHTTP: Bool

    /// - Parameters:
    ///   - networks: beside public addresses.
    ///   - allowsHTTP: for what holds no secret, and comes to no harm if it is changed on the way.
    package init(networks: [AddressBlock], ports: Set<UInt16>, allowsHTTP: Bool = false) {
        judge = AddressJudge(allowed: networks)
        self.ports = ports
        self.allowsHTTP = allowsHTTP
    }

    /// Throws for a URL that no request goes to, whatever its host's addresses are.
    package func check(_ url: OutgoingURL) throws(OutgoingError) {
        guard url.scheme == .https || allowsHTTP else { throw .plainHTTP }
        guard ports.contains(url.port) else {
            throw .port(url.port, expected: ports.sorted())
        }
    }
}

/// The way of all requests to other services: they go only where the rules let them, to an address
/// that was judged, over TLS, and never follow a redirect. The work is done on a thread of its own,
/// one request after the other.
package final class OutgoingClient: Sendable {
    private let rules: OutgoingRules
    private let trust: OutgoingTrust
    private let lookup: HostLookup
    private let queue: DispatchQueue

    /// The process ignores SIGPIPE from now on.
    ///
    /// - Parameter name: of its thread.
    package init(
        _ name: String, rules: OutgoingRules, trust: OutgoingTrust,
        lookup: HostLookup = HostLookup()
    ) {
        Signals.ignoreBrokenPipes()
        self.rules = rules
        self.trust = trust
        self.lookup = lookup
        queue = DispatchQueue(label: "churnd.\(name)")
    }

    /// Sends a request, and calls `done` on the client's thread with its answer, whatever the
    /// status of that is.
    package func send(
        _ request: OutgoingRequest,
        _ done: @escaping @Sendable (Result<ClientAnswer, OutgoingError>) -> Void
    ) {
        queue.async { [self] in
            done(Result { () throws(OutgoingError) in try ask(request) })
        }
    }

    /// The same; blocks its thread until the answer is there, so it is not for reactors.
    package func ask(_ request: OutgoingRequest) throws(OutgoingError) -> ClientAnswer {
        let url = request.url
        try rules.check(url)
        let bytes = try OutgoingClient.bytes(of: request)
        let deadline = Deadline(afterMilliseconds: request.timeoutMilliseconds)
        let addresses: [SocketAddress]
        do throws(ResolutionError) {
            addresses = try lookup.addresses(of: url.host, port: url.port, deadline)
        } catch { throw .resolution(error) }
        // One that must not be asked makes the name suspicious, also beside others.
        guard addresses.allSatisfy(rules.judge.permits) else { throw .address(host: url.host) }
        var context: TLSContext?
        if url.scheme == .https {
            do throws(OutgoingTrustError) { context = try trust.context() } catch {
                throw .trust(error)
            }
        }
        let exchange = ClientExchange(
            with: addresses, host: url.host, tls: context,
            answerBytesMax: request.answerBytesMax, deadline: deadline)
        do throws(ExchangeError) { return try exchange.ask(bytes) } catch {
            throw .exchange(host: url.host, error)
        }
    }

    private static func bytes(of request: OutgoingRequest) throws(OutgoingError) -> [UInt8] {
        var head = RequestText(
            request.method, request.url.target, authority: request.url.authority)
        for field in request.fields {
            guard head.add(field) else { throw .unusableField(field.name) }
        }
        return head.bytes(request.body)
    }
}

/// Why an outgoing request has no answer. No case holds the URL's path or query, which may hold
/// secrets.
package enum OutgoingError: Error, Equatable, Sendable, CustomStringConvertible {
    case plainHTTP
    case port(UInt16, expected: [UInt16])
    /// A value that no field can hold.
    case unusableField(String)
    case resolution(ResolutionError)
    /// One of the host's addresses is not public, and in no network that is allowed.
    case address(host: String)
    case trust(OutgoingTrustError)
    case exchange(host: String, ExchangeError)

    package var description: String {
        switch self {
        case .plainHTTP: "an http:// URL, expected https://"
        case .port(let port, let expected):
            "port \(port), expected one of outgoing.ports: "
                + expected.map(String.init).joined(separator: ", ")
        case .unusableField(let name):
            "\(name): a value that no header field can hold, expected visible ASCII and spaces"
        case .resolution(let error): "\(error)"
        case .address(let host):
            "\(host): an address of it is not public, expected public ones or those of "
                + "outgoing.networks alone"
        case .trust(let error): "\(error)"
        case .exchange(let host, let error): "\(host): \(error)"
        }
    }
}
