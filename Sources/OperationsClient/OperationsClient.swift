package import HTTPClient
package import OpenSSL
package import OperationsAPI
internal import POSIX

/// Asks churnd's operations listener, one request on a connection of its own. It blocks, so it is
/// for programs that have nothing else to do.
package struct OperationsClient: Sendable {
    /// Of an answer's content.
    package static let answerBytesMax = 1 << 20

    private let address: OperationsAddress
    private let token: String?
    private let timeoutMilliseconds: Int64
    private let tls: TLSContext?

    /// - Parameters:
    ///   - token: sent as a bearer token; on a Unix socket none is needed.
    ///   - timeoutMilliseconds: for the whole request, the lookup of a host name included.
    ///   - tls: nil: without TLS. With it the process ignores SIGPIPE from now on.
    package init(
        address: OperationsAddress, token: String?, timeoutMilliseconds: Int64,
        tls: TLSContext? = nil
    ) {
        if tls != nil { Signals.ignoreBrokenPipes() }
        self.tls = tls
        self.address = address
        self.token = token
        self.timeoutMilliseconds = timeoutMilliseconds
    }

    /// Sends a request and waits for its whole answer, whatever its status is.
    ///
    /// - Parameters:
    ///   - path: absolute, with nothing in it that would have to be escaped.
    ///   - body: JSON.
    package func send(
        _ method: ClientMethod, _ path: String, body: [UInt8]? = nil
    ) throws(OperationsClientError) -> OperationsAnswer {
        let request = try requestBytes(method, path, body: body)
        let deadline = Deadline(afterMilliseconds: timeoutMilliseconds)
        let exchange = ClientExchange(
            with: try socketAddresses(deadline), host: host, tls: tls,
            answerBytesMax: OperationsClient.answerBytesMax, deadline: deadline)
        do throws(ExchangeError) {
            let answer = try exchange.ask(request)
            return OperationsAnswer(status: answer.status, body: answer.body)
        } catch {
            guard case .unreachable(let cause) = error else { throw .exchange(error) }
            throw .unreachable(address, cause)
        }
    }

    private var host: String {
        switch address {
        case .tcp(let host, _): host
        case .unix: "localhost"
        }
    }

    private func requestBytes(
        _ method: ClientMethod, _ path: String, body: [UInt8]?
    ) throws(OperationsClientError) -> [UInt8] {
        guard path.hasPrefix("/"), OperationsClient.isVisible(path) else { throw .unusablePath }
        var text = RequestText(method, path, authority: address.authority)
        if let token {
            // A line feed in it would begin a field of its own.
            guard OperationsClient.isVisible(token),
                text.add(ClientField("Authorization", "Bearer \(token)"))
            else { throw .unusableToken }
        }
        if body != nil { _ = text.add(ClientField("Content-Type", "application/json")) }
        return text.bytes(body)
    }

    private static func isVisible(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { 0x21...0x7E ~= $0 }
    }

    private func socketAddresses(
        _ deadline: Deadline
    ) throws(OperationsClientError) -> [SocketAddress] {
        switch address {
        case .tcp(let host, let port):
            do throws(ResolutionError) {
                return try HostLookup().addresses(of: host, port: port, deadline)
            } catch { throw .resolution(error) }
        case .unix(let path):
            do throws(UnixSocketError) {
                return [try SocketAddress.unix(path: path)]
            } catch { throw .path(error) }
        }
    }
}
