internal import ArgumentParser
internal import HTTPClient
internal import JSON
internal import OpenSSL
internal import OperationsAPI
internal import OperationsClient
internal import POSIX

/// Where a running churnd is administered, and with which token.
struct OperationsOptions: ParsableArguments {
    /// For the help of a command that has these options.
    static let discussion = """
        The operations listener is the one --operations names, else CHURND_OPERATIONS_LISTEN, else \
        \(OperationsAddress.standard). On a Unix socket no token is needed. Over TCP it is read \
        from the file --token-file names, else from CHURNCTL_TOKEN, else one for a minute is \
        signed with the secret of --secret-file, JWT_SECRET or JWT_SECRET_FILE.

        With --ca, or CHURNCTL_CA, it is asked over TLS, and its certificate must be for the host \
        of its address.

        Exit codes: 0 when churnd did it, 1 when it refused or could not be asked.
        """
    static let addressVariable = "CHURND_OPERATIONS_LISTEN"

    static let authorityVariable = "CHURNCTL_CA"

    private static let timeoutMilliseconds: Int64 = 30_000
    private static let jsonDepthMax = 16

    @Option(
        help: ArgumentHelp(
            "churnd's operations listener: HOST:PORT or unix:PATH.", valueName: "address"))
    var operations: String?

    @Option(
        help: ArgumentHelp(
            "Ask over TLS; the certificates in PEM of which one signed churnd's, or is it.",
            valueName: "path"),
        completion: .file())
    var ca: String?

    @Option(
        help: ArgumentHelp("The client's certificate in PEM, with --key.", valueName: "path"),
        completion: .file())
    var certificate: String?

    @Option(
        help: ArgumentHelp("The private key of --certificate in PEM.", valueName: "path"),
        completion: .file())
    var key: String?

    @OptionGroup var tokenOptions: AdminTokenOptions

    /// Sends a request and returns the answer's document.
    ///
    /// - Parameter path: absolute, with nothing in it that would have to be escaped.
    func ask(
        _ method: ClientMethod, _ path: String, body: JSONValue? = nil
    ) throws -> JSONObject {
        let address = try address()
        let client = OperationsClient(
            address: address, token: try tokenOptions.token(for: address),
            timeoutMilliseconds: OperationsOptions.timeoutMilliseconds, tls: try tls())
        let answer: OperationsAnswer
        do throws(OperationsClientError) {
            answer = try client.send(method, path, body: body.map(OperationsOptions.bytes))
        } catch { throw CommandFailure(.failure, "\(error)") }
        guard answer.isSuccess else {
            let detail = answer.problemDetail ?? "no reason given"
            throw CommandFailure(.failure, "\(detail) (status \(answer.status))")
        }
        do throws(JSONError) {
            let document = try JSONValue(
                parsing: answer.body.span, depthMax: OperationsOptions.jsonDepthMax)
            if let object = document.asObject { return object }
        } catch { throw CommandFailure(.failure, "\(address): the answer is not JSON: \(error)") }
        throw CommandFailure(.failure, "\(address): the answer is not a JSON object")
    }

    /// Nil: without TLS.
    private func tls() throws -> TLSContext? {
        guard (certificate == nil) == (key == nil) else {
            throw ValidationError("--certificate, --key: one without the other, expected both")
        }
        guard let path = ca ?? Environment.variables()[OperationsOptions.authorityVariable] else {
            guard certificate == nil else {
                throw ValidationError("--certificate: given without --ca, expected both")
            }
            return nil
        }
        let authorities = try Files.read(path, bytesMax: TLSIdentity.certificateBytesMax)
        let identity = try identity()
        do throws(TLSContextError) {
            return try TLSContext(trusting: authorities, identity: identity)
        } catch { throw ValidationError("\(path): \(error)") }
    }

    /// What proves the client's name; nil where none is given.
    private func identity() throws -> TLSIdentity? {
        guard let certificate, let key else { return nil }
        let certificates = try Files.read(certificate, bytesMax: TLSIdentity.certificateBytesMax)
        var keyBytes = try Files.read(key, bytesMax: TLSIdentity.keyBytesMax)
        defer { SecretBytes.wipe(&keyBytes) }
        do throws(TLSContextError) {
            return try TLSIdentity(certificates: certificates, key: keyBytes.span)
        } catch { throw ValidationError("\(certificate), \(key): \(error)") }
    }

    private static func bytes(of value: JSONValue) -> [UInt8] {
        var writer = JSONWriter()
        writer.value(value)
        return writer.finish()
    }

    private func address() throws -> OperationsAddress {
        let variable = Environment.variables()[OperationsOptions.addressVariable]
        let name = operations != nil ? "--operations" : OperationsOptions.addressVariable
        let text = operations ?? variable ?? OperationsAddress.standard
        // Which means to churnd that there is no listener.
        guard text != "off" else {
            throw ValidationError("\(name): off, expected the address of an operations listener")
        }
        do throws(OperationsAddressError) {
            return try OperationsAddress(parsing: text)
        } catch { throw ValidationError("\(name): \(error)") }
    }
}
