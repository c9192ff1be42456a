internal import Access
internal import HTTP
package import HTTPServer
internal import JWT
internal import Models
internal import OpenSSL
internal import POSIX
internal import Reactor

/// What is made once and put together anew on each reactor.
struct ReactorParts: Sendable {
    private let configuration: ServiceConfiguration
    private let model: ModelBundle
    private let store: SharedStore
    private let state: ServiceState
    private let sink: LogSink
    private let keys: SigningKeys
    private let tokenRules: TokenRules
    private let counter = ConnectionCounter()
    /// Of the hash by which the log tells subjects apart; new at every start.
    private let logSalt = RandomBytes.make(32)

    init(
        configuration: ServiceConfiguration, model: ModelBundle, store: SharedStore,
        state: ServiceState, sink: LogSink
    ) throws(StartError) {
        self.configuration = configuration
        self.model = model
        self.store = store
        self.state = state
        self.sink = sink
        keys = try ReactorParts.keys(configuration.tokens.keys)
        do throws(TokenRulesError) {
            tokenRules = try TokenRules(
                leewaySeconds: configuration.tokens.leewaySeconds,
                issuer: configuration.tokens.issuer, audience: configuration.tokens.audience,
                scope: configuration.tokens.scope)
        } catch {
            throw .tokenRules(error)
        }
    }

    /// Makes a reactor serve. Called on the reactor's queue.
    func setUp(_ reactor: Reactor, listener: consuming FileDescriptor) throws(SystemError) {
        let log = RequestLog(sink: sink, salt: logSalt.span)
        // The order is that of a turn's end: ask the store, send the answers, hand over the log.
        let decisions = Decisions()
        let storeOfReactor = store.makeStore(on: reactor) { ticket, decision in
            decisions.service?.decide(ticket, decision)
        }
        let server = try HTTPServer(
            reactor: reactor, listener: listener, limits: ServerLimits(configuration.http),
            counter: counter)
        reactor.add(log)
        let service = RequestService(
            rules: RequestService.Rules(
                bodyBytesMax: configuration.http.bodyBytesMax,
                admissionDeadline: store.deadlineNanoseconds,
                quotaLimit: configuration.quota.limit,
                windowSeconds: configuration.quota.windowSeconds,
                logsRequests: configuration.logsRequests),
            reactor: reactor, server: server, scorer: Scorer(bundle: model),
            verifier: TokenVerifier(keys: keys, rules: tokenRules), state: state,
            health: HealthReport(
                modelName: model.name, modelVersion: model.version,
                serviceVersion: Service.version),
            log: log,
            requestIDs: RequestIDSource(prefix: Array(RandomBytes.hexadecimalText(8).utf8)))
        decisions.service = service
        service.start(store: storeOfReactor)
    }

    /// Closes the circle of the store, which needs somebody to tell, and the service, which needs a
    /// store to ask.
    private final class Decisions {
        var service: RequestService?
    }

    private static func keys(_ keys: TokenKeys) throws(StartError) -> SigningKeys {
        do throws(SigningKeyError) {
            switch keys {
            case .secret(let secret): return try SigningKeys(secret: secret.bytes)
            case .named(let keys):
                return try SigningKeys(named: keys.map { ($0.id, $0.secret.bytes) })
            case .madeAtStart: preconditionFailure("a development session makes the secret")
            }
        } catch {
            throw .keys(error)
        }
    }
}

extension ServerLimits {
    package init(_ http: ServiceConfiguration.HTTP) {
        self.init(
            http: HTTPLimits(
                requestLineBytesMax: http.requestLineBytesMax, headBytesMax: http.headBytesMax,
                headFieldsMax: http.headFieldsMax,
                authorizationBytesMax: http.authorizationBytesMax,
                bodyBytesMax: http.bodyBytesMax,
                chunkExtensionLineBytesMax: http.chunkExtensionLineBytesMax,
                chunkExtensionBytesMax: http.chunkExtensionBytesMax,
                trailerBytesMax: http.trailerBytesMax),
            connectionsMax: http.connectionsMax, headTimeout: http.headTimeout.nanoseconds,
            bodyTimeout: http.bodyTimeout.nanoseconds, idleTimeout: http.idleTimeout.nanoseconds,
            writeTimeout: http.writeTimeout.nanoseconds)
    }
}
