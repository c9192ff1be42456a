package import Configuration
internal import Deployment
internal import HTTP
package import HTTPServer
internal import JWT
internal import OpenSSL
internal import OperationsAPI
internal import POSIX
internal import Reactor
internal import Serving

/// How the workers of one listener are made.
struct WorkerSettings: Sendable {
    private let common: SharedSettings
    /// Nil on a Unix socket, whose mode says who may administer.
    private let tokenRules: TokenRules?
    /// Of the operations listener alone.
    private let subjects: Administration.Subjects?
    /// Nil: without TLS.
    private let tls: Published<TLSContext>?
    private let limits: ServerLimits
    private let counter: ConnectionCounter
    /// Those that share the handshakes and the budgets of addresses.
    private let workerCount: Int

    /// For workers that serve predictions.
    ///
    /// - Parameters:
    ///   - connectionsMax: as many as there are descriptors for.
    ///   - workerCount: of all of them.
    init(
        predictions common: SharedSettings, tls: Published<TLSContext>?, connectionsMax: Int,
        workerCount: Int
    ) throws(StartError) {
        self.common = common
        self.tls = tls
        self.workerCount = workerCount
        let http = common.configuration.http
        var limits = ServerLimits(http)
        limits.connectionsMax = connectionsMax
        limits.handshakesMax = (http.handshakesMax + workerCount - 1) / workerCount
        self.limits = limits
        counter = ConnectionCounter(perAddressMax: http.connectionsPerAddressMax)
        let tokens = common.configuration.tokens
        tokenRules = try WorkerSettings.tokenRules(tokens, scope: tokens.scope)
        subjects = nil
    }

    /// For the worker that has the operations listener.
    init(
        operations common: SharedSettings, tls: Published<TLSContext>?,
        subjects: Administration.Subjects, address: OperationsAddress
    ) throws(StartError) {
        self.common = common
        self.tls = tls
        workerCount = 1
        limits = OperationsListener.limits(common.configuration.http)
        counter = ConnectionCounter()
        self.subjects = subjects
        switch address {
        case .unix: tokenRules = nil
        case .tcp:
            let tokens = common.configuration.tokens
            // With roles each route has its scope, and its login.
            tokenRules =
                tokens.roles != nil
                ? try WorkerSettings.tokenRules(tokens, scope: nil)
                : try WorkerSettings.tokenRules(
                    tokens, scope: AdministrationRules.scope,
                    authenticationAgeSecondsMax: AdministrationRules.ageSecondsMax)
        }
    }

    private static func tokenRules(
        _ tokens: ServiceConfiguration.Tokens, scope: String?,
        authenticationAgeSecondsMax: Int? = nil
    ) throws(StartError) -> TokenRules {
        do throws(TokenRulesError) {
            return try TokenRules(
                leewaySeconds: tokens.leewaySeconds, issuer: tokens.issuer,
                audience: tokens.audience, scope: scope,
                authenticationAgeSecondsMax: authenticationAgeSecondsMax,
                claims: tokens.claims, requirements: tokens.requirements,
                lifetimeSecondsMax: tokens.lifetimeSecondsMax, roles: tokens.roles)
        } catch {
            throw .tokenRules(error)
        }
    }

    /// Makes a worker. Called on its loop's queue.
    ///
    /// - Parameter index: what records of the audit log call it.
    func makeWorker(
        _ loop: Loop, _ mailbox: Mailbox<Worker>, index: Int, descriptor: consuming FileDescriptor
    ) throws(SystemError) -> Worker {
        let configuration = common.configuration
        let counts = common.makeCounts()
        let log = common.makeLog()
        let admissions = common.store.makeAdmissions(loop, mailbox)
        let operations = subjects.map {
            Administration(loop: loop, door: Door(mailbox) { $0.calls }, subjects: $0)
        }
        // An operator must see a disk that hangs, and operators' requests are too few to be worth
        // saving: their worker does not write by itself.
        let audit = common.makeAuditGate(
            loop, mailbox, index: index, writesHere: operations == nil)
        let quota = configuration.quota
        let calls = Calls(
            loop: loop,
            rules: Calls.Rules(
                bodyBytesMax: limits.http.bodyBytesMax, batch: configuration.batch,
                platform: PlatformCallers(configuration.platform),
                readableCustomers: configuration.features?.readable ?? .own,
                decisionNanoseconds: common.store.deadlineNanoseconds,
                isPlainHTTPMeant: configuration.http.isInsecureMeant),
            routes: RouteTable(
                operations == nil ? .service : .operations,
                families: configuration.routes,
                aliases: operations == nil ? configuration.platform.aliases : [],
                hasRoles: tokenRules?.roles != nil),
            verifier: tokenRules.map {
                LocalVerifier(
                    of: common.keys, roles: common.roles, rules: $0, mailbox: mailbox)
            },
            model: common.makeModel(mailbox, countedBy: counts), counts: counts,
            answers: Answers(
                loop: loop, log: log, counts: counts,
                quota: QuotaFields(quotaLimit: quota.limit, windowSeconds: quota.windowSeconds),
                crossOrigin: operations == nil && !configuration.crossOrigins.isEmpty
                    ? CrossOrigin(configuration.crossOrigins) : nil),
            admissions: admissions, audit: audit,
            behaviour: operations == nil
                ? common.behaviour.map { LocalBehaviour($0, loop: loop, mailbox: mailbox) } : nil,
            names: common.makeNames(), state: common.state,
            operations: operations,
            logouts: Logouts(door: Door(mailbox) { $0.calls }, records: common.records),
            budgets: configuration.abuse.map {
                AddressBudgets(
                    AddressBudgets.Rules(perMinute: $0.failuresPerMinute, burst: $0.failuresBurst),
                    shareOf: workerCount)
            },
            features: operations == nil ? common.makeFeatures(loop, mailbox) : nil)
        let proxies = configuration.http.trustedProxies
        let certificates = tls?.subscribe { mailbox.post { _ in } }
        let server = try HTTPServer(
            loop: loop, door: Door(mailbox) { $0.server }, listener: descriptor,
            tlsContext: certificates?.value,
            trustedProxies: proxies.isEmpty ? nil : TrustedProxies(proxies), limits: limits,
            counter: counter,
            acceptingAfter: common.store.acceptingWait,
            handlers: calls.handlers)
        return Worker(
            loop: loop, server: server, calls: calls, admissions: admissions, audit: audit,
            log: log, certificates: certificates)
    }
}

extension ServerLimits {
    package init(_ http: ServiceConfiguration.HTTP) {
        self.init(
            http: http.limits, connectionsMax: http.connectionsMax,
            headTimeout: http.headTimeout.nanoseconds,
            bodyTimeout: http.bodyTimeout.nanoseconds, idleTimeout: http.idleTimeout.nanoseconds,
            writeTimeout: http.writeTimeout.nanoseconds,
            handshakeTimeout: http.handshakeTimeout.nanoseconds,
            handshakesMax: http.handshakesMax)
    }
}
