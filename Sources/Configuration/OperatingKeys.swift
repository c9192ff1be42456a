internal import OpenSSL
internal import OperationsAPI

/// `operations.*`: the second listener, for operators and Prometheus.
extension ConfigurationKey {
    package static let operationsListen = ConfigurationKey(
        "operations.listen", .operationsListener, default: OperationsAddress.standard,
        meaning: "Where metrics, administration and health answer: an address with its port, a "
            + "Unix socket, or off. Administration over TCP needs a token with the scope "
            + "`\(AdministrationRules.scope)` that is at most five minutes old.")
    static let operationsSocketMode = ConfigurationKey(
        "operations.socket_mode", .fileMode, default: "600",
        meaning: "Mode of the Unix socket: anyone who may write to it can administer.")
    static let operationsTLSCertificate = ConfigurationKey(
        "operations.tls.certificate", .text(bytesMax: 4096), default: nil,
        meaning: "As tls.certificate, for the operations listener over TCP.")
    static let operationsTLSKey = ConfigurationKey(
        "operations.tls.key", .text(bytesMax: 4096), default: nil,
        meaning: "As tls.key, for the operations listener.")
    static let operationsTLSClientCA = ConfigurationKey(
        "operations.tls.client_ca", .text(bytesMax: 4096), default: nil,
        meaning: "As tls.client_ca, for the operations listener.")
    static let operationsTLSClientAuth = ConfigurationKey(
        "operations.tls.client_auth",
        .choice(TLSClientAuthentication.allCases.map(\.rawValue)), default: "off",
        meaning: "As tls.client_auth, for the operations listener.")
}

/// `outgoing.*`: requests that churnd itself sends.
extension ConfigurationKey {
    static let outgoingNetworks = ConfigurationKey(
        "outgoing.networks", .outgoing(.networks), default: nil,
        meaning: "Networks that are not public and that churnd may send requests to all the same, "
            + "for example that of an issuer in the same cluster. Not set: public addresses only.")
    static let outgoingPorts = ConfigurationKey(
        "outgoing.ports", .outgoing(.ports), default: "443",
        meaning: "Ports that churnd may send requests to.")
    static let outgoingCA = ConfigurationKey(
        "outgoing.ca", .text(bytesMax: 4096), default: nil,
        meaning: "File with the certificates in PEM of which one must have signed a server's. A "
            + "changed file is read again. Not set: those that the system trusts.")
    static let outgoingTimeout = ConfigurationKey(
        "outgoing.timeout", .duration(thousandths: 10...60_000, in: .seconds), default: "10",
        meaning: "How long a request may take, from the lookup of the name to the end of the "
            + "answer.")
}

/// `security`, `security.*`: how weak settings are treated.
extension ConfigurationKey {
    static let security = ConfigurationKey(
        "security", .choice(["warn", "strict"]), default: "warn",
        meaning: "Whether a weak setting is a warning or stops the start. "
            + "`Docs/operating/security.md` lists them.")
    static let securityCoreDumps = ConfigurationKey(
        "security.core_dumps", .toggle, default: "off",
        meaning: "Whether the process may dump core, and its user may attach a debugger; its "
            + "memory holds keys and customers' values.")
}

/// `log.*`, `trace.*`: what is logged about requests.
extension ConfigurationKey {
    static let logFile = ConfigurationKey(
        "log.file", .text(bytesMax: 4096), default: "-",
        meaning: "The file that the log is appended to, opened again at SIGHUP; created with mode "
            + "600 if it does not exist. -: standard output.")
    static let logRefusedPerSecond = ConfigurationKey(
        "log.refused_per_second", .integer(0...1_000_000), default: "100",
        meaning: "Lines a second and event loop for refused requests without a valid token; beyond "
            + "that, and beyond the first 10 of a known caller in 10 s, they are counted in one "
            + "line for each route, status and problem. 0: each has its line.")
    static let logRequests = ConfigurationKey(
        "log.requests", .toggle, default: "on",
        meaning: "Whether each request is logged: method, route, status, time, never a body or a "
            + "token.")
    static let logSlowRequests = ConfigurationKey(
        "log.slow_requests", .duration(thousandths: 0...60_000_000, in: .milliseconds),
        default: "500",
        meaning: "A request that took longer is logged with the time in each stage. 0: never.")
    static let traceContext = ConfigurationKey(
        "trace.context", .toggle, default: "on",
        meaning: "Whether `traceparent` (W3C Trace Context) is read or begun, logged, recorded and "
            + "answered.")
}
